"""The training loop of one network: train to the next pause, evaluate, save a checkpoint, go on."""

import dataclasses
import math
import time

import numpy as np

from lth_keras import masks as masks_lib
from lth_keras.metric import value_columns
from lth_keras.training.mask_changes import MaskUpdates
from lth_keras.training.train_state import TrainState


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """The network's losses and metrics at one step.

    The training loss and metrics are means over the batches since the evaluation before, each
    taken before the update that the batch leads to.

    Attributes:
      step: optimizer updates so far.
      values: {'train_loss': …, 'train_accuracy': …, 'val_loss': …, …, 'test_accuracy': …}, the
        columns of metrics.csv in their order; None where a split is empty.
    """

    step: int
    values: dict

    def __getattr__(self, name):
        """`evaluation.test_loss` for `evaluation.values["test_loss"]`."""
        if name != "values" and name in self.values:
            return self.values[name]
        raise AttributeError(name)


@dataclasses.dataclass
class TrainingProgress:
    """The state of a network's training: all that is needed to continue it after any update.

    Attributes:
      state: `TrainState` after the last update.
      evaluations: in the order of their steps.
      kept: where masks are updated [{'from_step': …, 'weights': {key: kept}}], else [].
      updates: how often masks were updated.
      totals: float32 [1 + metrics], sums of batch losses and metrics since the last evaluation;
        None where there was no batch.
      captured: the state at step `capture_at`; None before that step.
      diverged: whether the loss on any split was not finite; training ended there.
      train_seconds, evaluate_seconds: wall time in the compiled functions.
    """

    state: TrainState
    evaluations: list = dataclasses.field(default_factory=list)
    kept: list = dataclasses.field(default_factory=list)
    updates: int = 0
    totals: np.ndarray | None = None
    captured: TrainState | None = None
    diverged: bool = False
    train_seconds: float = 0.0
    evaluate_seconds: float = 0.0


class Interrupted(Exception):
    """Training was asked to stop, and did so at a safe point."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """How one network is trained.

    Attributes:
      start: the step before the first update.
      stop: the last step.
      every: steps between evaluations, counted from step 0.
      order: `DataOrder`.
      augmentation_seed: seed of this network's augmentation.
      capture_at: a step whose state is kept in `TrainingProgress.captured`, or None.
      updates: `MaskUpdates`, or None where masks stay as they are.
    """

    start: int
    stop: int
    every: int
    order: object
    augmentation_seed: int = 0
    capture_at: int | None = None
    updates: MaskUpdates | None = None

    def next_pause(self, step):
        """The first step after `step` where training pauses.

        It pauses to evaluate, to capture, to update masks, or because it is done.
        """
        update = None if self.updates is None else self.updates.next_after(step)
        pauses = [self.stop, (step // self.every + 1) * self.every]
        if self.capture_at is not None and self.capture_at > step:
            pauses.append(self.capture_at)
        if update is not None:
            pauses.append(update)
        return min(pauses)

    def evaluates_at(self, step):
        """Whether the network is evaluated at `step`."""
        return step == self.stop or step % self.every == 0

    @property
    def dense_moments(self):
        """Whether the optimizer gets the gradients of pruned weights too."""
        return self.updates is not None and self.updates.rule.dense_moments


def train_network(trainer, plan, progress, on_evaluation=None, checkpoint=None, should_stop=None):
    """Trains until the plan's last step.

    Args:
      trainer: the `Trainer` of the network's architecture.
      plan: `Plan`.
      progress: `TrainingProgress`, new or from a checkpoint; changed in place.
      on_evaluation: called with each `Evaluation` as it is made.
      checkpoint: called with `progress` at each pause; it decides itself whether to save.
      should_stop: called about once a second; training stops where it returns True. None for
        never.

    Returns:
      `progress`, after the last step.

    Raises:
      Interrupted: `should_stop` returned True; `progress` is the state after the last update.
    """
    trainer.load(progress.state, plan.dense_moments)
    if plan.updates is not None and not progress.kept:
        progress.kept.append({
            "from_step": progress.state.step,
            "weights": masks_lib.kept(progress.state.masks)})
    if plan.capture_at == progress.state.step and progress.captured is None:
        progress.captured = trainer.state()
    last = progress.evaluations[-1].step if progress.evaluations else plan.start
    while trainer.step < plan.stop and not progress.diverged:
        pause = plan.next_pause(trainer.step)
        began = time.perf_counter()
        progress.totals = trainer.train(
            plan.order, pause - trainer.step, plan.augmentation_seed, progress.totals, should_stop)
        progress.train_seconds += time.perf_counter() - began
        if trainer.step < pause:
            progress.state = trainer.state()
            raise Interrupted
        if pause == plan.capture_at:
            progress.captured = trainer.state()
        # What an evaluation reads is the network that was trained, with the masks it had.
        change = _proposed(trainer, plan)
        if plan.evaluates_at(pause):
            evaluation = _evaluate(trainer, progress, pause, pause - last)
            last, progress.totals = pause, None
            if on_evaluation is not None:
                on_evaluation(evaluation)
        if change is not None and not progress.diverged:
            _change(trainer, progress, change)
        if checkpoint is not None and trainer.step < plan.stop:
            checkpoint(progress, trainer)
    progress.state = trainer.state()
    return progress


def _proposed(trainer, plan):
    if plan.updates is None or trainer.step not in plan.updates.steps:
        return None
    return trainer.proposed_change(plan.updates, plan.order, plan.augmentation_seed)


def _change(trainer, progress, change):
    trainer.change_masks(change)
    progress.updates += 1
    counts = masks_lib.kept(change.masks)
    if counts != progress.kept[-1]["weights"]:
        progress.kept.append({"from_step": trainer.step, "weights": counts})


def _evaluate(trainer, progress, step, batches):
    began = time.perf_counter()
    task = trainer.data.task
    train_loss, *train = (float(total) / batches for total in progress.totals)
    values = (train_loss, *task.finish(train),
              *trainer.evaluate("validation"), *trainer.evaluate("test"))
    evaluation = Evaluation(step, dict(zip(value_columns(task.metrics), values, strict=True)))
    progress.evaluate_seconds += time.perf_counter() - began
    progress.evaluations.append(evaluation)
    losses = (evaluation.train_loss, evaluation.val_loss, evaluation.test_loss)
    progress.diverged = not all(loss is None or math.isfinite(loss) for loss in losses)
    return evaluation
