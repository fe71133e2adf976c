"""Several processes that train one network in step: the chief leads, the others follow.

The chief alone reads and writes the run's directory, and decides what is trained next, where from,
and when to stop; every other worker is told, trains the same updates on its share of each batch,
and keeps nothing. So rounds and rewinding stay in step, whatever the others have on their disks.
With one process all this does nothing.
"""

import contextlib
import dataclasses

from lth_keras.errors import ConfigurationError, RunError
from lth_keras.training import Checkpoint, Interrupted, Plan, TrainingProgress, train_network


@dataclasses.dataclass(frozen=True)
class SharedTraining:
    """One network's training, as it is told to the other workers.

    Attributes:
      arguments: of its architecture.
      plan: `Plan`.
      progress: `TrainingProgress`, at the start or as a checkpoint kept it.
    """

    arguments: dict
    plan: Plan
    progress: TrainingProgress


def check_same_run(context, run):
    """Checks that all workers are about to do the same run.

    Raises:
      ConfigurationError: this one is not.
    """
    chiefs = context.replicas.share(run)
    if chiefs != run:
        raise ConfigurationError(
            f"worker {context.replicas.worker} arrives at the run {run} and the chief at {chiefs}; "
            "give all workers the same code, gin files and data"
        )


def train(context, job, on_evaluation, checkpoint):
    """`train_network` on all workers; called by the chief.

    Raises:
      Interrupted: a worker was asked to stop; `job.progress` stands where training does.
      RunError: a worker was lost.
    """
    context.replicas.share(job)
    _train(context, job, on_evaluation, checkpoint)


@contextlib.contextmanager
def leading(context):
    """Lets the other workers go when the chief is through, or was stopped."""
    try:
        yield
    except RunError as error:
        # Only then are the others listening; after any other error they notice that it is gone.
        if isinstance(error.__cause__, Interrupted):
            context.replicas.share(str(error))
        raise
    context.replicas.share("")


def follow(context):
    """Trains what the chief says until it is through; called by the other workers.

    Raises:
      RunError: the run was stopped, or a worker was lost.
    """
    while isinstance(job := context.replicas.share(), SharedTraining):
        with contextlib.suppress(Interrupted):
            _train(context, job, None, _NotKept("", 0))
    if job:
        raise RunError(job)


class _NotKept(Checkpoint):
    """What a worker has for a checkpoint: the chief decides when, and keeps it."""

    def save(self, progress):
        """Keeps nothing."""


def _train(context, job, on_evaluation, checkpoint):
    with context.replicas.guard():
        train_network(context.trainer(**job.arguments), job.plan, job.progress, on_evaluation,
                      checkpoint, context.should_stop)
