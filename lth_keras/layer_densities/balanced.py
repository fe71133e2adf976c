"""The same number of weights in each layer."""

import dataclasses

import gin

from lth_keras.layer_densities.base_layer_densities import LayerDensities, Shapes, Ticket


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Balanced(LayerDensities):
    """Each layer keeps as many weights as every other; a smaller layer is dense.

    The 'balanced' of Gadhikar, Mukherjee, Burkholz, "Why Random Pruning Is All We Need to Start
    Sparse" (ICML 2023), which TurboPrune has.
    """

    def shares(self, shapes: Shapes, ticket: Ticket) -> dict[str, float]:
        """One each."""
        return dict.fromkeys(shapes, 1.0)
