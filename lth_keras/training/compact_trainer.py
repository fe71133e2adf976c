"""Training a network without the units that its masks cut: it costs what the smaller network costs.

What comes in and what goes out has the full network's shapes, so that rounds, variants, the store
and checkpoints need not know of it.
"""

import numpy as np
from absl import logging

from lth_keras import masks as masks_lib
from lth_keras.channels import Narrowing
from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.training.trainer import TrainState
from lth_keras.variables import named_variables, snapshot

# How many trainers are kept. If there are more architectures, the trainer that was unused for
# longest is dropped; it is built and compiled again when it is needed.
_KEPT = 32
# Both networks are asked about so many examples. Their outputs may differ by this share of the
# largest: sums are added in another order, with 16 bits in other roundings.
_EXAMPLES = 8
_TOLERANCE = {"float32": 1e-3, "float64": 1e-3}
_TOLERANCE_OF_16_BITS = 5e-2


class CompactTrainers:
    """The trainers of a network's narrower versions, one for each set of widths.

    Before a set of widths is trained for the first time, its network and the one with zeros are
    called once on the same examples. If they do not agree, as a layer with a meaning of its own for
    the number of its units may cause, that set of widths is trained with zeros, and a line says so.

    Args:
      model: the full plain model; its weights are changed for the comparison and put back.
      channels: its `ChannelGroups`.
      full: the `Trainer` of the full network.
      make: function of a plain model that gives its `Trainer`.

    Raises:
      ConfigurationError: the optimizer's moments have other shapes than their weights.
    """

    def __init__(self, model, channels, full, make):
        self._model, self._channels, self._full = model, channels, full
        self._make, self._trainers, self._refused = make, {}, set()
        check_moments(full)

    def for_masks(self, masks):
        """The trainer of a network with these masks; the full `Trainer` if they cut no unit, or if
        the narrower network computes something else."""
        cut = self._channels.cut(masks)
        if not any(gone.any() for gone in cut.values()):
            return self._full
        narrowing = Narrowing(self._model, self._channels, cut)
        key = narrowing.architecture
        if key in self._refused:
            return self._full
        trainer = self._trainers.pop(key, None) or self._new_trainer(narrowing, masks)
        if trainer is None:
            self._refused.add(key)
            return self._full
        self._trainers[key] = trainer  # Moved to the end: the order is that of last use.
        while len(self._trainers) > _KEPT:
            del self._trainers[next(iter(self._trainers))]
        return CompactTrainer(trainer, narrowing)

    def _new_trainer(self, narrowing, masks):
        """A trainer of the narrower network; None, and a line, if it computes something else."""
        data = self._full.data
        start = data.splits["train"][0]
        images = tf.constant(
            data.normalize(data.images[start:start + _EXAMPLES]), tf.float32)
        try:
            smaller = narrowing.model(self._model)
            share = difference(self._model, smaller, narrowing, self._channels, masks, images)
        except (ValueError, TypeError) as error:
            found = f"cannot be built ({str(error).strip().splitlines()[0]})"
        else:
            tolerance = max(_TOLERANCE.get(layer.compute_dtype, _TOLERANCE_OF_16_BITS)
                            for layer in self._model.layers)
            if share <= tolerance:
                return self._make(smaller)
            found = f"gives outputs that differ by {share:.2g} of the largest"
        logging.warning(
            "Experiment.compact_training: the network without the units that the masks cut %s; it "
            "is trained at its full width, with zeros: the numbers are right, the time is not "
            "shorter. Its changes are %s", found, narrowing.settings)
        return None

    def trace_counts(self):
        """The trace counts of the trainers that are kept."""
        return [trainer.trace_counts() for trainer in self._trainers.values()]


class CompactTrainer:
    """A `Trainer` of the narrower network that takes and gives states of the full one.

    Args:
      trainer: the `Trainer` of the narrower network.
      narrowing: the `Narrowing` that made it.

    Attributes:
      trainer: as above.
      data: as the trainer's.
    """

    def __init__(self, trainer, narrowing):
        self.trainer, self._narrowing = trainer, narrowing
        self.data = trainer.data
        self.train, self.evaluate, self.chiefs = trainer.train, trainer.evaluate, trainer.chiefs

    @property
    def step(self):
        """Optimizer updates so far."""
        return self.trainer.step

    def load(self, state, dense_moments=False):
        """Assigns a `TrainState` of the full network, without what its masks cut.

        Args:
          state: the `TrainState`.
          dense_moments: as `Trainer.load`'s.

        Raises:
          RunError: the optimizer's state is of another optimizer.
        """
        optimizer = state.optimizer
        if optimizer is not None:
            optimizer = self._moments(optimizer, self._narrowing.narrowed)
        self.trainer.load(TrainState(
            self._each(state.weights, self._narrowing.narrowed),
            self._each(state.masks, self._narrowing.narrowed), state.step, optimizer),
            dense_moments)

    def state(self):
        """The present `TrainState` in the full network's shapes; what is cut is zero."""
        state = self.trainer.state()
        return TrainState(
            self._each(state.weights, self._narrowing.widened),
            self._each(state.masks, self._narrowing.widened), state.step,
            self._moments(state.optimizer, self._narrowing.widened))

    def _each(self, arrays, change):
        return {key: change(key, array) for key, array in arrays.items()}

    def _moments(self, optimizer, change):
        of = self.trainer.moments
        missing = sorted(of.keys() - optimizer.keys())
        if missing:
            raise RunError(
                f"the optimizer's state has no {missing[0]!r}, which the network's training needs; "
                "it was stored by another optimizer")
        return {name: change(of[name], array) if name in of else np.asarray(array)
                for name, array in optimizer.items()}


def difference(model, smaller, narrowing, channels, masks, images):
    """How far the outputs of a network with zeros and of the narrower one lie apart.

    The weights are those of `model`; biases and other vectors get some noise, because in a new
    network they are often zeros or ones, which hide where they belong.

    Args:
      model: the full plain model; its weights are put back.
      smaller: the narrower one; its weights are changed.
      narrowing: the `Narrowing` that made it.
      channels: its `ChannelGroups`.
      masks: {key: bool array}.
      images: a batch of inputs.

    Returns:
      The largest difference, as a share of the largest output; ∞ if only one of them is finite.
    """
    variables, random = named_variables(model), np.random.default_rng(0)
    before = snapshot(variables)
    arrays = {
        key: np.abs(array + random.normal(0, 0.1, array.shape)).astype(array.dtype)
        if array.ndim == 1 and array.dtype.kind == "f" else array
        for key, array in before.items()}
    arrays = channels.cleared(masks, masks_lib.apply(masks, arrays))
    try:
        for key, variable in variables.items():
            variable.assign(arrays[key])
        for key, variable in named_variables(smaller).items():
            variable.assign(narrowing.narrowed(key, arrays[key]))
        expected, found = (
            np.asarray(tf.cast(network(images, training=False), tf.float32))
            for network in (model, smaller))
    finally:
        for key, variable in variables.items():
            variable.assign(before[key])
    finite = np.isfinite(expected)
    if not np.array_equal(finite, np.isfinite(found)):
        return np.inf
    apart = np.max(np.abs(expected - found), where=finite, initial=0)
    return float(apart / np.max(np.abs(expected), where=finite, initial=1e-6))


def check_moments(trainer):
    """Checks that each moment has its weight's shape: a unit's part of it has to be cut out.

    Raises:
      ConfigurationError: one has not.
    """
    state = trainer.state()
    for name, key in trainer.moments.items():
        moment, weight = state.optimizer[name].shape, state.weights[key].shape
        if moment != weight:
            raise ConfigurationError(
                f"Experiment.compact_training is True, and the optimizer keeps {name!r} of shape "
                f"{moment} for {key!r} of shape {weight}; expected moments of their weights' "
                "shapes, as Adam's and SGD's are, or Experiment.compact_training = False")
