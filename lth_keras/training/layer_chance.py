"""Random numbers of a network's layers, such as Dropout: they depend on its seed and the step only.

Keras's layers draw from generators with a state. Their numbers would depend on all earlier draws of
the process, so that an interrupted run would end differently.
"""

import contextlib

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
        self._seed = None
        drawing = [
            part for _, layer in walk(model) for _, part in parts(plain(layer))
            if isinstance(getattr(part, "_random_generator", None), keras_backend.RandomGenerator)
        ]
        for place, part in enumerate(drawing):
            part._random_generator = _Generator(self, place)

    @contextlib.contextmanager
    def at(self, seed):
        """A context in which layers draw from `seed`, an int32 tensor [2]."""
        self._seed = seed
        try:
            yield
        finally:
            self._seed = None

    def seed(self, place):
        """int32 [2], the seed of the layer with this number."""
        seed = tf.constant([0, 0]) if self._seed is None else self._seed
        return tf.random.experimental.stateless_fold_in(seed, _LAYERS + place)


class _Generator(keras_backend.RandomGenerator):
    """Keras's generator, with a seed that is computed at each call."""

    def __init__(self, chance, place):
        super().__init__(seed=0, rng_type=self.RNG_STATELESS)
        self._chance, self._place = chance, place

    def make_seed_for_stateless_op(self):
        """The step's seed for the layer."""
        return self._chance.seed(self._place)
