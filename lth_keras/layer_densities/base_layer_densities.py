"""The base class of all layer densities."""

import dataclasses
from collections.abc import Callable, Mapping

from lth_keras.apportioning import apportioned

Shapes = Mapping[str, tuple[int, ...]]
Ticket = Callable[[], dict[str, int]]


@dataclasses.dataclass(frozen=True)
class LayerDensities:
    """Says in which ratio layers share the weights that are kept.

    If a layer's share is larger than the layer, all its weights are kept, and the others divide the
    rest in their ratio.
    Subclasses are frozen dataclasses with `@gin.configurable`, and override `shares`. A class
    without this base class is refused.
    """

    def shares(self, shapes: Shapes, ticket: Ticket) -> dict[str, float]:
        """The ratio of the numbers of weights that layers keep; only the ratio counts.

        Args:
          shapes: {key: shape} of the kernels that are pruned, as [*places, inputs, outputs]: the
            heads of an attention's kernel and their size are one side.
          ticket: function that gives {key: number of weights} of IMP's mask of the round.

        Returns:
          {key: number of at least 0}.
        """
        raise NotImplementedError(f"{type(self).__name__} has no method shares(shapes, ticket)")

    def check(self, shapes: Shapes) -> None:
        """Checks, before anything is trained, that there is an answer for these kernels.

        Raises:
          ConfigurationError: there is none.
        """

    def counts(self, shapes: Shapes, total: int, ticket: Ticket) -> dict[str, int]:
        """{key: number of weights that the layer keeps}, in all exactly `total`."""
        sizes = {}
        for key, shape in shapes.items():
            sizes[key] = 1
            for side in shape:
                sizes[key] *= int(side)
        return apportioned(total, self.shares(shapes, ticket), sizes)
