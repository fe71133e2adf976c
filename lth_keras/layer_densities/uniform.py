"""The same density in each layer."""

import dataclasses
import math

import gin

from lth_keras.layer_densities.base_layer_densities import LayerDensities, Shapes, Ticket


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Uniform(LayerDensities):
    """Each layer keeps the same share of its weights, but for rounding.

    RigL's uniform networks have a dense first layer besides: give that layer the rate None in
    `RewindingSchedule.rates`.
    """

    def shares(self, shapes: Shapes, ticket: Ticket) -> dict[str, float]:
        """The layers' sizes."""
        return {key: float(math.prod(shape)) for key, shape in shapes.items()}
