"""Units: neurons, filters and channels are kept or pruned whole."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import gin

from lth_keras.granularity.base_granularity import Granularity
from lth_keras.granularity.grouped_weights import (
    GroupedWeights,
    GroupRow,
    Members,
    check_pooling,
)
from lth_keras.granularity.grouping import FindUnits, Grouping
from lth_keras.granularity.kernel_matrix import KernelMatrix


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Units(Granularity):
    """Neurons of dense layers, filters and channels of convolutions: whole ones go.

    Attributes:
      pooling: how the scores of a unit's weights become the unit's: 'mean_square', 'mean', 'max'.

    Raises:
      ConfigurationError: the pooling is none of those.
    """

    pooling: str = "mean_square"
    group = "unit"

    def __post_init__(self):
        check_pooling(self.pooling, "Units.pooling")

    def grouping(self, weights: Sequence[Any], find_units: FindUnits | None = None) -> Grouping:
        """A row for each set of units that go together; the outputs of the network stay."""
        rows = [_outputs(weight) for weight in weights if not weight.is_output] \
            if find_units is None else find_units()
        return GroupedWeights(rows, {weight.key: weight.shape for weight in weights}, self.pooling)


def _outputs(weight):
    """The units that one kernel's weights lead into."""
    matrix = KernelMatrix.of(weight)
    return GroupRow(weight.key, weight.layer, weight.kind, weight.is_output, matrix.outputs,
                    (Members(weight.key, matrix.output),))
