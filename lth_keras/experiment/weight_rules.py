"""Weight rules: what a variant's training starts from. The other half of what makes a variant.

A rule is a small object with `point(place, masks) -> RewindPoint`: the weights, the step they
belong to and the optimizer's state there. The masks are applied afterwards, by whoever trains.
"""

import dataclasses

import gin
import numpy as np

from lth_keras.errors import ConfigurationError
from lth_keras.initializers import EmpiricalHistogram, EmpiricalValues
from lth_keras.rewinding import RewindPoint

SOURCES = ("initial", "trained")
POOLS = ("global", "layer")
SAMPLINGS = ("values", "histogram")


@gin.configurable
@dataclasses.dataclass(frozen=True)
class InitialWeights:
    """θ_0, byte for byte, and training from step 0."""

    def point(self, place, masks):
        """The trial's initialisation."""
        del masks
        return place.initial()


@gin.configurable
@dataclasses.dataclass(frozen=True)
class RewoundWeights:
    """θ_k with the optimizer's state and step: θ_0 where the schedule rewinds to 0."""

    def point(self, place, masks):
        """The trial's rewind point."""
        del masks
        return place.rewind_point()


@gin.configurable
@dataclasses.dataclass(frozen=True)
class FreshDraw:
    """A fresh draw from D_θ, the model's own initializers, kernels and biases alike."""

    def point(self, place, masks):
        """An initialisation by the variant's own seed."""
        del masks
        return RewindPoint(place.fresh_weights())


@gin.configurable
@dataclasses.dataclass(frozen=True)
class EmpiricalDraw:
    """Kernels sampled from D_n, the empirical distribution of the ticket's non-zero weights.

    The Distributions paper's text says D_n = nonzero(m ⊙ θ_0) (`source='initial'`); its code
    pools the trained survivors, those that the mask was made from (`source='trained'`).
    Everything but the kernels is θ_0's, or a fresh draw where the architecture is another.

    Attributes:
      source: 'initial' or 'trained'.
      pool: 'global', one distribution for all layers; 'layer', each layer its own.
      sampling: 'values', with replacement; 'histogram', by the inverse CDF over its bins.
    """

    source: str = "initial"
    pool: str = "global"
    sampling: str = "values"

    def __post_init__(self):
        for name, allowed in (("source", SOURCES), ("pool", POOLS), ("sampling", SAMPLINGS)):
            if getattr(self, name) not in allowed:
                raise ConfigurationError(
                    f"EmpiricalDraw.{name} is {getattr(self, name)!r}; expected one of {allowed}"
                )

    def point(self, place, masks):
        """θ_0 with its kernels drawn anew, at step 0."""
        weights = dict(place.base_weights())
        path = place.distribution(self.source)
        initializer = EmpiricalValues if self.sampling == "values" else EmpiricalHistogram
        for key in masks:
            layer = key if self.pool == "layer" else None
            draw = initializer(str(path), layer, seed=place.seed("re-initialisation", key))
            weights[key] = np.asarray(draw(weights[key].shape), np.float32)
        return RewindPoint(weights)
