"""Does one job: calls its procedure, and trains the network for it."""

import dataclasses
import functools
import time

import gin

from lth_keras.experiment.job_results import TrainedNetwork, store_equal_round, store_network
from lth_keras.experiment.multi_worker import SharedTraining
from lth_keras.learned_masks import first_state
from lth_keras.training import Interrupted, Plan, TrainingProgress, TrainState, train_network


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The result of a job.

    Attributes:
      facts: what its done.json holds.
      seconds: its duration.
      operative: gin's operative configuration in the process that did it.
    """

    facts: dict
    seconds: float
    operative: str


def do_job(job, sinks=(), show=None):
    """Makes, trains and stores a job's network, and tells the sinks of it.

    Files of an interrupted attempt are overwritten.

    Args:
      job: `JobContext`, whose needs are done.
      sinks: `Sink`s.
      show: called with each `Evaluation`.

    Returns:
      `Outcome`.
    """
    for sink in sinks:
        sink.job_started(job)
    began = time.perf_counter()

    def evaluated(evaluation):
        if show is not None:
            show(evaluation)
        for sink in sinks:
            sink.evaluated(job, evaluation)

    if job.equal_round is not None:
        facts = store_equal_round(job)
    else:
        network = job.procedure(job, functools.partial(train, job, on_evaluation=evaluated))
        facts = store_network(job, network)
        job.checkpoint().remove()
    for sink in sinks:
        sink.job_finished(job, facts)
    return Outcome(facts, time.perf_counter() - began, gin.operative_config_str())


def train(job, start, masks, capture_at=None, updates=None, watch=None,
          on_evaluation=None):
    """Trains a job's network from `start` under `masks`, or goes on from its checkpoint.

    Args:
      job: `JobContext`.
      start: `RewindPoint`: weights, step, optimizer.
      masks: {key: bool array}.
      capture_at: a step whose state is kept too, or None.
      updates: `MaskUpdates`, or None where the masks stay.
      watch: `MaskWatch`, or None where no masks are drawn from it.
      on_evaluation: called with each `Evaluation`.

    Returns:
      `TrainedNetwork`.

    Raises:
      Interrupted: a worker was asked to stop; the checkpoint has the state of the training.
      RunError: a worker was lost.
    """
    context = job.context
    state = _first_state(job, start, masks)
    plan = Plan(
        start=start.step, stop=job.last_step(start.step),
        every=context.steps(context.experiment.evaluate_every),
        order=context.data_order(job.training_seed("data order")),
        augmentation_seed=job.training_seed("augmentation"), capture_at=capture_at,
        updates=updates, watch=watch,
    )
    checkpoint = job.checkpoint()
    progress = checkpoint.load() or TrainingProgress(state)
    try:
        context.replicas.share(
            SharedTraining(job.trainer_kind, job.arguments, plan, progress))
        with context.replicas.guard():
            train_network(
                job.trainer_for(masks), plan, progress, on_evaluation, checkpoint,
                context.should_stop)
    except Interrupted:
        checkpoint.save(progress)
        raise
    return TrainedNetwork(state, progress, updates, watch)


def _first_state(job, start, masks):
    learned = job.variant.learned if job.variant is not None else None
    if learned is None:
        return TrainState(start.weights, masks, start.step, start.optimizer)
    # The optimizer of a rewind point is one of weights: scores begin with a fresh one.
    return TrainState(
        start.weights, masks, start.step,
        learned=first_state(
            learned, start.weights, masks, job.generator("scores"),
            {weight.key: weight.unit_shape for weight in job.prunable}))
