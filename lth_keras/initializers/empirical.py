"""Initializers that draw from the weights of a ticket, in two ways."""

import functools
import math
import os

import gin

from lth_keras.compat import keras
from lth_keras.initializers.empirical_distribution import EmpiricalDistribution
from lth_keras.initializers.sampled import SampledInitializer


class _Empirical(SampledInitializer):

    def __init__(self, path, layer=None, seed=None):
        super().__init__(seed)
        self.path = os.fspath(path)
        self.layer = layer

    @functools.cached_property
    def distribution(self):
        """The `EmpiricalDistribution` in `path`, read when it is first needed."""
        return EmpiricalDistribution.load(self.path)

    def get_config(self):
        return {"path": self.path, "layer": self.layer, "seed": self.seed}


@keras.utils.register_keras_serializable(package="lth_keras")
@gin.configurable
class EmpiricalValues(_Empirical):
    """Draws, with replacement, from the non-zero weights of a ticket: samples of D_n.

    w = v[i], i uniform over the n stored values v. Each draw is a value that the ticket has.
    Reference: De Alwis, Maniktala and Toole (2021), the variants `reinit` and `remask`.

    Args:
      path: a file that `EmpiricalDistribution.save` wrote.
      layer: the layer to draw from, such as 'fc1/kernel'; None for the pool of all layers.
      seed: see `SampledInitializer`.

    Raises:
      ConfigurationError: when called, if `path` or `layer` does not exist or is empty.
    """

    def sample(self, shape, rng):
        """Stored values in the shape that was asked for."""
        draw = self.distribution.sample_values(math.prod(shape), rng, self.layer)
        return draw.reshape(shape)


@keras.utils.register_keras_serializable(package="lth_keras")
@gin.configurable
class EmpiricalHistogram(_Empirical):
    """Draws from the histogram of a ticket's non-zero weights: D_n from its summary alone.

    w = G^-1(u), u uniform in [0, 1), G the histogram's distribution function, linear within a
    bin. The gap around zero has a bin of its own with no counts, and so no draws.
    `EmpiricalDistribution.distance` tells how far this is from `EmpiricalValues`.

    Args:
      path: a file that `EmpiricalDistribution.save` wrote.
      layer: the layer to draw from, such as 'fc1/kernel'; None for the pool of all layers.
      seed: see `SampledInitializer`.

    Raises:
      ConfigurationError: when called, if `path` or `layer` does not exist or is empty.
    """

    def sample(self, shape, rng):
        """New values in the shape that was asked for."""
        draw = self.distribution.sample_histogram(math.prod(shape), rng, self.layer)
        return draw.reshape(shape)
