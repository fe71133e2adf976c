"""N of M: of m consecutive inputs of an output at most n are kept."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import gin
import numpy as np

from lth_keras.errors import ConfigurationError
from lth_keras.granularity.base_granularity import Granularity
from lth_keras.granularity.grouping import FindUnits, Grouping
from lth_keras.granularity.kernel_matrix import KernelMatrix
from lth_keras.masks import Arrays


@gin.configurable
@dataclasses.dataclass(frozen=True)
class NofM(Granularity):
    """Single weights, but from the first pruning on at most n of m consecutive inputs.

    NVIDIA's sparse tensor cores multiply the pattern of 2 of 4 (Mishra et al., "Accelerating Sparse
    Deep Neural Networks", arXiv 2104.08378); it is TFMOT's `sparsity_m_by_n=(2, 4)`. Windows lie
    side by side; where m does not divide the inputs the last one is smaller and keeps at most n
    too. The first pruning takes what the rate says, and more where the pattern wants more: at a
    rate of 0.2 half of the weights stay after it for 2 of 4, four fifths of them after the next.

    Attributes:
      n: most weights that a window keeps.
      m: inputs in a window.

    Raises:
      ConfigurationError: n is no whole number from 1 to m − 1.
    """

    n: int = 2
    m: int = 4
    group = "weight"

    def __post_init__(self):
        whole = all(isinstance(each, int) and not isinstance(each, bool)
                    for each in (self.n, self.m))
        if not whole or not 0 < self.n < self.m:
            raise ConfigurationError(
                f"NofM.n is {self.n!r} and NofM.m is {self.m!r}; expected whole numbers with "
                "0 < n < m, like 2 and 4: at most two of four are kept"
            )

    def grouping(self, weights: Sequence[Any], find_units: FindUnits | None = None) -> Grouping:
        """One row for each kernel, one group for each weight, and the windows."""
        return WindowedWeights(weights, self.n, self.m)


@dataclasses.dataclass(frozen=True, eq=False)
class _WindowedRow:
    """A kernel of which at most `most` weights stay once it is pruned."""

    key: str
    layer: str
    kind: str
    is_output: bool
    size: int
    most: int


class WindowedWeights(Grouping):
    """Single weights under the bound of their windows.

    Args:
      weights: `PrunableWeight`s.
      n, m: as `NofM`'s.
    """

    shuffles_counts = False

    def __init__(self, weights: Sequence[Any], n: int, m: int):
        self._n, self._windows = n, {}
        rows = []
        for weight in weights:
            index, count = KernelMatrix.of(weight).blocks(m, 1)
            windows = np.broadcast_to(index, weight.shape).ravel()
            most = int(np.minimum(np.bincount(windows, minlength=count), n).sum())
            self._windows[weight.key] = windows
            rows.append(_WindowedRow(weight.key, weight.layer, weight.kind, weight.is_output,
                                     weight.size, most))
        super().__init__(rows)

    def candidates(self, scores: Arrays, alive: Arrays) -> Arrays:
        """In each window the n highest-scored of the weights that are there; ties as in ranking."""
        return {
            key: self._highest(key, np.ravel(scores[key]), mask, self._n)
            for key, mask in alive.items()
        }

    def shuffled(self, masks: Arrays, generator: np.random.Generator) -> Arrays:
        """Random masks: windows of one size change places, and weights within each window do."""
        drawn = {}
        for key in sorted(masks):
            windows, mask = self._windows[key], masks[key]
            sizes = np.bincount(windows)
            counts = np.bincount(windows[np.ravel(mask)], minlength=sizes.size)
            for size in np.unique(sizes):
                same = np.flatnonzero(sizes == size)
                counts[same] = counts[generator.permutation(same)]
            drawn[key] = self._highest(
                key, generator.random(mask.size), np.ones(mask.shape, bool), counts)
        return drawn

    def _highest(self, key, scores, mask, most):
        """`mask` cut to the `most` (a number, or one for each window) highest of each window."""
        there = np.flatnonzero(mask)
        windows = self._windows[key][there]
        # By window, within it ascending and stable: of equal scores the later one stays.
        order = np.lexsort((scores[there], windows))
        ends = np.searchsorted(windows[order], windows[order], side="right")
        left = np.broadcast_to(most, (self._windows[key].max() + 1,))[windows[order]]
        keep = np.zeros(mask.size, bool)
        keep[there[order[np.arange(order.size) >= ends - left]]] = True
        return keep.reshape(mask.shape)
