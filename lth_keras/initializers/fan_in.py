"""The uniform initialisation that PyTorch gives to linear and convolutional layers."""

import math

import gin
import numpy as np

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.initializers.sampled import SampledInitializer


@keras.utils.register_keras_serializable(package="lth_keras")
@gin.configurable
class FanInUniform(SampledInitializer):
    """Uniform in ±1/sqrt(fan_in), for kernels and biases alike.

    PyTorch reaches it as He's uniform initialisation with a = sqrt(5): the bound
    sqrt(6 / ((1 + a^2) fan_in)) is 1/sqrt(fan_in). It is three times narrower in variance than
    LeCun's uniform, whose bound is sqrt(3 / fan_in).

    Args:
      fan_in: inputs of a unit. None takes it from a kernel's shape, the product of all axes but
        the last: (in, out) or (height, width, in, out). It must be given where the shape does
        not tell: for a bias, (out,), and for a depthwise kernel (height * width).
      seed: see `SampledInitializer`.

    Raises:
      ConfigurationError: `fan_in` is not a positive whole number; when called, if it is None
        and the shape has fewer than two axes.
    """

    def __init__(self, fan_in=None, seed=None):
        super().__init__(seed)
        if fan_in is not None and (fan_in != int(fan_in) or fan_in < 1):
            raise ConfigurationError(
                f"the fan_in of FanInUniform is {fan_in}; expected a whole number from 1 on, or "
                "None to take it from the kernel's shape"
            )
        self.fan_in = fan_in

    def sample(self, shape, rng):
        """Uniform float32 values in the shape that was asked for."""
        if self.fan_in is None and len(shape) < 2:
            raise ConfigurationError(
                f"FanInUniform was asked for shape {shape}, which does not tell the inputs of a "
                "unit; expected a kernel (…, in, out): for a bias give fan_in"
            )
        fan_in = self.fan_in or math.prod(shape[:-1])
        limit = 1 / math.sqrt(fan_in)
        return rng.uniform(-limit, limit, shape).astype(np.float32)

    def get_config(self):
        return {"fan_in": self.fan_in, "seed": self.seed}
