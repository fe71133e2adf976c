"""The densities that IMP found."""

import dataclasses

import gin

from lth_keras.layer_densities.base_layer_densities import LayerDensities, Shapes, Ticket


@gin.configurable
@dataclasses.dataclass(frozen=True)
class AsTicket(LayerDensities):
    """Each layer keeps as many weights as in IMP's mask of the round."""

    def shares(self, shapes: Shapes, ticket: Ticket) -> dict[str, float]:
        """The ticket's counts."""
        counts = ticket()
        return {key: float(counts[key]) for key in shapes}
