"""Blocks: rectangles of a kernel's matrix are kept or pruned together."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import gin

from lth_keras.errors import ConfigurationError
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
class Blocks(Granularity):
    """Blocks of inputs × outputs: (4, 1) is four consecutive inputs of one output.

    TFLite has a kernel that skips such zeros in fully connected layers, in float32. In a
    convolution's kernel [height, width, inputs, outputs] a block lies within one place of the
    window. Where a side of the kernel is no multiple of the block's, the last
    blocks are smaller: they count as one block each, their pooled score is over fewer weights.

    Attributes:
      shape: (inputs, outputs) of a block.
      pooling: how the scores of a block's weights become the block's: 'mean_square', 'mean', 'max'.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    shape: tuple[int, int] = (4, 1)
    pooling: str = "mean_square"
    group = "block"

    def __post_init__(self):
        if not isinstance(self.shape, (tuple, list)) or len(self.shape) != 2 or not all(
                isinstance(side, int) and not isinstance(side, bool) and side > 0
                for side in self.shape):
            raise ConfigurationError(
                f"Blocks.shape is {self.shape!r}; expected two whole numbers from 1 on, the inputs "
                "and the outputs of a block, like (4, 1)"
            )
        object.__setattr__(self, "shape", tuple(self.shape))
        check_pooling(self.pooling, "Blocks.pooling")

    def grouping(self, weights: Sequence[Any], find_units: FindUnits | None = None) -> Grouping:
        """One row for each kernel, one group for each block."""
        rows = []
        for weight in weights:
            index, count = KernelMatrix.of(weight).blocks(*self.shape)
            rows.append(GroupRow(weight.key, weight.layer, weight.kind, weight.is_output, count,
                                 (Members(weight.key, index),)))
        return GroupedWeights(rows, {weight.key: weight.shape for weight in weights}, self.pooling)
