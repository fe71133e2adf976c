"""Changing the masks of a network in training: a rule is asked between two stretches."""

import dataclasses
from collections.abc import Callable

import numpy as np

from lth_keras import masks as masks_lib
from lth_keras import seeds
from lth_keras.mask_updates import MaskUpdate, UpdateInputs
from lth_keras.pruning import read_masks, write_masks
from lth_keras.training.moments import forget
from lth_keras.variables import snapshot


@dataclasses.dataclass(frozen=True)
class MaskUpdates:
    """When the masks of one network change, and how: a part of its `Plan`.

    Attributes:
      rule: `MaskUpdate`.
      start: the step from which updates are counted.
      until: the last step that may have an update, by the rule's `until`.
      steps: the steps with an update.
      target: {key: number of weights} that the variant's mask rule keeps in each layer.
      seed: of the network's updates; each step has a generator of its own.
    """

    rule: MaskUpdate
    start: int
    until: int
    steps: range
    target: dict
    seed: int

    def next_after(self, step):
        """The first step after `step` with an update; None where there is none."""
        index = max(0, (step - self.steps.start) // self.steps.step + 1)
        return self.steps[index] if index < len(self.steps) else None

    def inputs(self, step, weights, masks, network):
        """The `UpdateInputs` of the update at `step`."""
        made = step - self.start
        return UpdateInputs(
            weights, masks, self.target, made / (self.until - self.start),
            made / (self.steps[-1] - self.start), seeds.generator(self.seed, step), network)


@dataclasses.dataclass(frozen=True)
class MaskChange:
    """What an update changes; made before the evaluation at its step, and written after it.

    Attributes:
      masks: {key: bool array} from now on.
      weights: {key: array}, those masks applied.
      known: {key: bool array}: True where the optimizer keeps what it knows of a weight.
    """

    masks: dict
    weights: dict
    known: dict


class MaskChanger:
    """Reads and writes one trainer's masks, and what has to change with them.

    Args:
      engine: the trainer's `Engine`.
      model: its wrapped model.
      weights: {key: variable} of the prunable weights.
      masks: {key: mask variable}.
      slots: {key: [the optimizer's moments]}, the mean of gradients first.
      loss_scale: variable by which the loss is multiplied; None where it is not.
    """

    def __init__(self, engine, model, weights, masks, slots, loss_scale=None):
        self._engine, self._loss_scale = engine, loss_scale
        self._weights, self._masks, self._slots = weights, masks, slots
        keys = {id(variable): key for key, variable in weights.items()}
        self._keys = [keys[id(each)] for each in model.trainable_variables if id(each) in keys]
        held = {id(mask) for mask in masks.values()}
        # What a forward pass in training changes: moving averages of batch normalisation.
        self._moved = [each for each in model.non_trainable_variables if id(each) not in held]

    def proposed(self, updates, step, source, index, augmentation_seed):
        """The `MaskChange` that a rule wants; None while a weight or gradient is not finite.

        Such a network has diverged, which the next evaluation notices; or a number within its pass
        is too large for half precision, whatever the loss is multiplied by. Its masks stay.

        Args:
          updates: `MaskUpdates`.
          step: optimizer updates so far.
          source: function that gives the epoch's tensors, as `Engine.gradients` takes them.
          index, augmentation_seed: of the next batch, likewise.
        """
        rule, masks = updates.rule, read_masks(self._masks)
        weights = snapshot(self._weights)
        network = _Network(self, source, index, augmentation_seed)
        if not _finite(weights):
            return None
        try:
            new = rule.updated(updates.inputs(step, weights, masks, network))
        except _NotFiniteError:
            return None
        known = {key: new[key] | True if rule.revives else new[key] & masks[key] for key in new}
        kept = {key: new[key] & known[key] for key in new}
        return MaskChange(new, masks_lib.apply(kept, weights), known)

    def write(self, change):
        """Writes a `MaskChange` into the variables."""
        write_masks(self._masks, change.masks)
        for key, weights in change.weights.items():
            self._weights[key].assign(weights)
            forget(self._slots[key], change.known[key])

    def gradients(self, source, index, augmentation_seed):
        """{key: gradient of the loss of batch `index` for all weights}; nothing else changes.

        The loss may be multiplied by a number that training bears and that is too large here:
        training uses no gradient of a pruned weight, and does not notice that one overflows. The
        number is halved for this gradient until nothing overflows, and then it is what it was.

        Args:
          source: function that gives the epoch's tensors.
          index, augmentation_seed: of the batch, as `Engine.gradients` takes them.
        """
        if self._loss_scale is None:
            return self._gradients(source(), index, augmentation_seed)
        before = self._loss_scale.numpy()
        try:
            while True:
                gradients = self._gradients(source(), index, augmentation_seed)
                scale = self._loss_scale.numpy()
                if not 1 < scale < np.inf or _finite(gradients):
                    return gradients
                self._loss_scale.assign(scale / 2)
        finally:
            self._loss_scale.assign(before)

    def _gradients(self, source, index, augmentation_seed):
        self._engine.synchronize()
        before = [each.numpy() for each in self._moved]
        gradients = self._engine.gradients(source, index, augmentation_seed)
        for variable, value in zip(self._moved, before, strict=True):
            variable.assign(value)
        return {key: each.numpy() for key, each in zip(self._keys, gradients, strict=True)}

    def moments(self):
        """{key: the optimizer's mean of gradients}."""
        return {key: self._slots[key][0].numpy() for key in self._masks}


class _NotFiniteError(Exception):
    """A gradient or a moment is not finite."""


@dataclasses.dataclass(frozen=True)
class _Network:
    """Answers what a rule asks about the network; it implements `TrainingNetwork`."""

    changer: MaskChanger
    source: Callable
    index: object
    augmentation_seed: object

    def gradients(self):
        """{key: gradient of the next batch's loss}."""
        return _checked(self.changer.gradients(self.source, self.index, self.augmentation_seed))

    def moments(self):
        """{key: the optimizer's mean of gradients}."""
        return _checked(self.changer.moments())


def _checked(arrays):
    if not _finite(arrays):
        raise _NotFiniteError
    return arrays


def _finite(arrays):
    return all(np.isfinite(array).all() for array in arrays.values())
