"""Training a network without the units that its masks cut: it costs what the smaller network costs.

What comes in and what goes out has the full network's shapes, so that rounds, variants, the store
and checkpoints need not know of it.
"""

import numpy as np

from lth_keras.channels import Narrowing
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.training.trainer import TrainState

# How many trainers are kept. If there are more architectures, the trainer that was unused for
# longest is dropped; it is built and compiled again when it is needed.
_KEPT = 32


class CompactTrainers:
    """The trainers of a network's narrower versions, one for each set of widths.

    Args:
      model: the full plain model.
      channels: its `ChannelGroups`.
      full: the `Trainer` of the full network.
      make: function of a plain model that gives its `Trainer`.

    Raises:
      ConfigurationError: the optimizer's moments have other shapes than their weights.
    """

    def __init__(self, model, channels, full, make):
        self._model, self._channels, self._full = model, channels, full
        self._make, self._trainers = make, {}
        check_moments(full)

    def for_masks(self, masks):
        """The trainer of a network with these masks; the full `Trainer` if they cut no unit."""
        cut = self._channels.cut(masks)
        if not any(gone.any() for gone in cut.values()):
            return self._full
        narrowing = Narrowing(self._model, self._channels, cut)
        key = narrowing.architecture
        trainer = self._trainers.pop(key, None) or self._make(narrowing.model(self._model))
        self._trainers[key] = trainer  # Moved to the end: the order is that of last use.
        while len(self._trainers) > _KEPT:
            del self._trainers[next(iter(self._trainers))]
        return CompactTrainer(trainer, narrowing)

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
