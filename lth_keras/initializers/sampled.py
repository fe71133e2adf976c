"""The base class of initializers that sample in NumPy: the seed, and the result as a tensor."""

import numpy as np

from lth_keras.compat import keras, tf
from lth_keras.errors import ConfigurationError


class SampledInitializer(keras.initializers.Initializer):
    """Draws with NumPy's counter-based Philox generator, so that devices do not matter.

    With a seed each call with the same shape gives the same values, also in another process. So
    give each layer a seed of its own: otherwise layers of one shape start with equal weights.
    Without a seed each call is a new draw.

    Subclasses define `sample(shape, rng)`, which gives an array of that shape.
    """

    def __init__(self, seed=None):
        if seed is not None and not 0 <= seed < 2**64:
            raise ConfigurationError(
                f"the seed of {type(self).__name__} is {seed}; expected a whole number from 0 to "
                "2**64 - 1, or None for a new draw at each call"
            )
        self.seed = seed

    def __call__(self, shape, dtype=None, **kwargs):
        """A tensor of `shape`; `dtype` defaults to Keras' floatx.

        Raises:
          ConfigurationError: `dtype` is not a floating one, or the subclass cannot sample this.
        """
        dtype = tf.as_dtype(dtype or keras.backend.floatx())
        if not dtype.is_floating:
            raise ConfigurationError(
                f"{type(self).__name__} was asked for {dtype.name}; expected a floating dtype"
            )
        rng = np.random.Generator(np.random.Philox(key=self.seed))
        return tf.cast(self.sample(tuple(int(size) for size in shape), rng), dtype)

    def get_config(self):
        return {"seed": self.seed}
