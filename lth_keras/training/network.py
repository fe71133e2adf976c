"""Training one network from a state to a step, with evaluations on the way."""

import dataclasses
import math
import time

from lth_keras.training.trainer import TrainState


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """The network's losses and accuracies at one step; None where a split is empty.

    Training figures are means over the batches since the evaluation before, as each was met.
    """

    step: int
    train_loss: float
    train_accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    test_loss: float
    test_accuracy: float


@dataclasses.dataclass
class TrainedNetwork:
    """What training left behind.

    Attributes:
      state: the last state.
      evaluations: in the order of their steps.
      captured: the state at `capture_at`, where one was asked for and passed.
      diverged: whether a loss was not finite; training ended there.
      train_seconds, evaluate_seconds: wall time within the compiled functions.
    """

    state: TrainState | None = None
    evaluations: list = dataclasses.field(default_factory=list)
    captured: TrainState | None = None
    diverged: bool = False
    train_seconds: float = 0.0
    evaluate_seconds: float = 0.0


def evaluation_steps(start, stop, every):
    """Multiples of `every` in (start, stop], and `stop`, where the network is evaluated."""
    steps = list(range((start // every + 1) * every, stop + 1, every))
    return steps if steps and steps[-1] == stop else [*steps, stop]


def train_network(trainer, start, stop, order, every, augmentation_seed=0, capture_at=None,
                  on_evaluation=None):
    """Trains from `start` until step `stop`.

    Args:
      trainer: the `Trainer` of the network's architecture.
      start: the `TrainState` to begin from; its masks are applied.
      stop: the last step.
      order: `DataOrder`.
      every: steps between evaluations, counted from step 0.
      augmentation_seed: seed of this network's augmentation.
      capture_at: a step whose state is wanted too.
      on_evaluation: called with each `Evaluation` as it is made.

    Returns:
      A `TrainedNetwork`.
    """
    trainer.load(start)
    result = TrainedNetwork()
    if capture_at == start.step:
        result.captured = trainer.state()
    for point in evaluation_steps(start.step, stop, every):
        begun, began_at = trainer.step, time.perf_counter()
        loss = accuracy = 0.0
        for end in _ends(begun, point, capture_at):
            count = end - trainer.step
            part = trainer.train(order, count, augmentation_seed)
            loss += part[0] * count
            accuracy += part[1] * count
            if end == capture_at:
                result.captured = trainer.state()
        trained_at = time.perf_counter()
        evaluation = Evaluation(
            point, loss / (point - begun), accuracy / (point - begun),
            *trainer.evaluate("validation"), *trainer.evaluate("test"),
        )
        result.train_seconds += trained_at - began_at
        result.evaluate_seconds += time.perf_counter() - trained_at
        result.evaluations.append(evaluation)
        if on_evaluation is not None:
            on_evaluation(evaluation)
        if not math.isfinite(evaluation.train_loss):
            result.diverged = True
            break
    result.state = trainer.state()
    return result


def _ends(start, stop, capture_at):
    inside = capture_at is not None and start < capture_at < stop
    return (capture_at, stop) if inside else (stop,)
