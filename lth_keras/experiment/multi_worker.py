"""Several processes train one network together: the chief leads, the other workers follow.

The chief alone reads and writes the run's directory. It decides what is trained next, where the
training starts, and when it stops. It shares each training with the other workers; each of them
makes the same updates on its part of each batch, and keeps nothing. So the workers agree on rounds
and rewinding, whatever is on their disks. With one process this module does nothing.
"""

import contextlib
import dataclasses

from lth_keras.errors import ConfigurationError, RunError
from lth_keras.training import Checkpoint, Interrupted, Plan, TrainingProgress, train_network


@dataclasses.dataclass(frozen=True)
class SharedTraining:
    """One network's training, as the chief shares it with the other workers.

    Attributes:
      kind: of the trainer, as `Context.trainer` takes it.
      arguments: of its architecture.
      plan: `Plan`.
      progress: `TrainingProgress`, at the start or from a checkpoint.
    """

    kind: object
    arguments: dict
    plan: Plan
    progress: TrainingProgress


def check_same_run(context, run):
    """Checks that all workers have the same run.

    Raises:
      ConfigurationError: this worker has another one.
    """
    chiefs = context.replicas.share(run)
    if chiefs != run:
        raise ConfigurationError(
            f"worker {context.replicas.worker} arrives at the run {run} and the chief at {chiefs}; "
            "give all workers the same code, gin files and data"
        )


@contextlib.contextmanager
def leading(context):
    """Tells the other workers when the chief has done every job, or was stopped."""
    try:
        yield
    except RunError as error:
        # Only in these cases the others are waiting; after any other error they notice that the
        # chief has ended.
        if isinstance(error.__cause__, Interrupted):
            context.replicas.share(str(error))
        raise
    context.replicas.share("")


def follow(context):
    """Trains what the chief shares until the chief ends; called by the other workers.

    Raises:
      RunError: the run was stopped, or a worker was lost.
    """
    while isinstance(shared := context.replicas.share(), SharedTraining):
        with contextlib.suppress(Interrupted), context.replicas.guard():
            trainer = context.trainer(shared.kind, **shared.arguments)
            train_network(trainer, shared.plan, shared.progress,
                          checkpoint=_NotKept("", 0), should_stop=context.should_stop)
    if shared:
        raise RunError(shared)


class _NotKept(Checkpoint):
    """A checkpoint that stores nothing: only the chief stores checkpoints."""

    def save(self, progress):
        """Stores nothing."""
