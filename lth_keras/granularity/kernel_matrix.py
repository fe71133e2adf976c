"""A kernel as matrices [inputs, outputs]: where in them each of its weights lies.

A dense kernel is one such matrix. A convolution's [height, width, inputs, outputs] is one for each
place of its window: blocks never reach from one place to the next. A kernel with several heads has
its axes joined: attention's query [inputs, heads, size] has heads · size outputs.
"""

import dataclasses
import math
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class KernelMatrix:
    """The coordinates of a kernel's weights.

    Attributes:
      places: number of matrices.
      inputs: rows of each.
      outputs: columns of each.
      place, input, output: int arrays that broadcast to the kernel's shape.
    """

    places: int
    inputs: int
    outputs: int
    place: np.ndarray
    input: np.ndarray
    output: np.ndarray

    @classmethod
    def of(cls, weight: Any) -> "KernelMatrix":
        """The matrices of one `PrunableWeight`."""
        shape, axes = weight.shape, (weight.input_axes, weight.output_axes)
        rest = tuple(axis for axis in range(len(shape)) if axis not in axes[0] + axes[1])
        sizes = [math.prod(shape[axis] for axis in some) for some in (rest, *axes)]
        return cls(*sizes, *(_joined(shape, some) for some in (rest, *axes)))

    def blocks(self, height: int, width: int) -> tuple[np.ndarray, int]:
        """(block of each weight, number of blocks) with blocks of height × width inputs × outputs.

        The last ones of a matrix are smaller where its sides are no multiples. Blocks are numbered
        in the order of their first weights in memory.

        Returns:
          An int array that broadcasts to the kernel's shape; the number.
        """
        down, across = -(-self.inputs // height), -(-self.outputs // width)
        index = (self.place * down + self.input // height) * across + self.output // width
        return index, self.places * down * across


def _joined(shape, axes):
    """The place of each weight along some axes taken as one; broadcasts to `shape`."""
    index = np.zeros([1] * len(shape), np.int64)
    for axis in axes:
        along = [1] * len(shape)
        along[axis] = shape[axis]
        index = index * shape[axis] + np.arange(shape[axis]).reshape(along)
    return index
