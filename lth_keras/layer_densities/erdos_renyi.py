"""Erdős–Rényi densities: the larger a layer, the sparser it is."""

import dataclasses
import math

import gin

from lth_keras.layer_densities.base_layer_densities import LayerDensities, Shapes, Ticket


@gin.configurable
@dataclasses.dataclass(frozen=True)
class ErdosRenyi(LayerDensities):
    """A layer's density is ε·(n_in + n_out)/(n_in·n_out), whatever the size of its filters.

    Mocanu et al. (Nature Communications 2018), equation 3; ε follows from the total. Layers whose
    density would be above 1 are dense.
    """

    def shares(self, shapes: Shapes, ticket: Ticket) -> dict[str, float]:
        """Those densities over ε, times the layers' sizes."""
        return {
            key: sum(shape[-2:]) / math.prod(shape[-2:]) * math.prod(shape)
            for key, shape in shapes.items()}


@gin.configurable
@dataclasses.dataclass(frozen=True)
class ErdosRenyiKernel(LayerDensities):
    """A layer's density is ε·(n_in + n_out + w + h)/(n_in·n_out·w·h), for filters of w × h.

    "ERK" of Evci et al. (ICML 2020), section 3; without filters it is `ErdosRenyi`.
    """

    def shares(self, shapes: Shapes, ticket: Ticket) -> dict[str, float]:
        """Those densities over ε, times the layers' sizes: the sums of the shapes."""
        return {key: float(sum(shape)) for key, shape in shapes.items()}
