"""Random numbers of a network's layers, such as Dropout: they depend on its seed and the step only.

Keras's layers draw from generators with a state. Their numbers would depend on all earlier draws of
the process, so that an interrupted run would end differently.
"""

import collections
import contextlib
import threading

from lth_keras.compat import keras_backend, tf
from lth_keras.variables import parts, plain, walk

# Augmentation draws from the same seed of the step; layers must not draw the same numbers.
_LAYERS = 2**20


class LayerChance:
    """Gives a generator without a state to every layer that draws random numbers.

    Layers are numbered by their places, so that a model and its wrapped copy draw the same.

    Args:
      model: a plain or wrapped Keras model; its layers are changed.
    """

    def __init__(self, model):
        # One for each thread: TensorFlow traces replicas in threads that take turns within a pass.
        self._pass = _Pass()
        drawing = [
            part for _, layer in walk(model) for _, part in parts(plain(layer))
            if isinstance(getattr(part, "_random_generator", None), keras_backend.RandomGenerator)
        ]
        for place, part in enumerate(drawing):
            part._random_generator = _Generator(self, place)

    @contextlib.contextmanager
    def at(self, seed):
        """A context in which layers draw from `seed`, an int32 tensor [2]."""
        # Each trace of a pass counts from 0, so that tracing it again changes no number.
        self._pass.seed, self._pass.drawn = seed, collections.Counter()
        try:
            yield
        finally:
            self._pass.seed = None

    def seed(self, place):
        """int32 [2], the seed of the next draw of the layer with this number.

        A layer may draw several times in one pass, as for rows and for columns, for each gate, or
        at each of its calls: these draws are independent, as in Keras. In a loop of TensorFlow's,
        such as the steps of `RNN` over a cell of one's own, each turn draws the same numbers.
        """
        if self._pass.seed is None:
            return _folded(tf.constant([0, 0]), _LAYERS + place)
        seed, number = _folded(self._pass.seed, _LAYERS + place), self._pass.drawn[place]
        self._pass.drawn[place] += 1
        return _folded(seed, number) if number else seed


class _Pass(threading.local):
    """The seed of the forward pass that is being traced, and {layer's number: draws so far}."""

    seed = None
    drawn: collections.Counter


def _folded(seed, number):
    return tf.random.experimental.stateless_fold_in(seed, number)


class _Generator(keras_backend.RandomGenerator):
    """Keras's generator, with a seed that is computed at each call."""

    def __init__(self, chance, place):
        super().__init__(seed=0, rng_type=self.RNG_STATELESS)
        self._chance, self._place = chance, place

    def make_seed_for_stateless_op(self):
        """The step's seed for the layer."""
        return self._chance.seed(self._place)
