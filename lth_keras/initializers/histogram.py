"""A histogram of weights whose gap around zero stays empty."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Histogram:
    """Counts of values between edges, sampled through the inverse of their distribution function.

    Negative and positive values are binned separately. Weights that survived magnitude pruning
    and training are not near zero. Equal bins over all values would fill that gap. Here the gap is
    one bin of its own, from the largest negative to the smallest positive value, with count 0.

    Attributes:
      edges: float64 [b + 1], never falling; a side that holds one distinct value has bins of
        zero width, which stand for that value. Empty where there are no values.
      counts: int64 [b].
    """

    edges: np.ndarray
    counts: np.ndarray

    @classmethod
    def measure(cls, values, bins):
        """The histogram of non-zero `values` [n] with `bins // 2` equal bins for each sign."""
        sides = [side for side in (values[values < 0], values[values > 0]) if side.size]
        edges, counts = [], []
        for side in sides:
            side = side.astype(np.float64)
            edges.append(np.linspace(side.min(), side.max(), bins // 2 + 1))
            # NumPy counts the right edge in the last bin, so that no value of a side is left out.
            counts.append(np.histogram(side, edges[-1])[0])
        if len(sides) == 2:
            counts.insert(1, [0])
        return cls(
            np.concatenate([np.zeros(0), *edges]),
            np.concatenate([np.zeros(0, np.int64), *counts]).astype(np.int64),
        )

    def sample(self, n, rng):
        """`n` float32 values: a bin by its count, then uniform within it.

        A bin without counts gives no draws. Rounding moves no draw into the gap, because both ends
        of the gap are float32 numbers.
        """
        above = np.cumsum(self.counts)
        position = rng.random(n) * above[-1]
        index = np.searchsorted(above, position, side="right")
        left, right = self.edges[index], self.edges[index + 1]
        share = (position - (above[index] - self.counts[index])) / self.counts[index]
        return np.clip(left + share * (right - left), left, right).astype(np.float32)

    def cdf(self, x):
        """P(X <= x) for `x` [n], linear within a bin; steps up where bins have zero width."""
        index = np.searchsorted(self.edges, x, side="right") - 1
        inside = np.clip(index, 0, self.counts.size - 1)
        left, right = self.edges[inside], self.edges[inside + 1]
        share = np.divide(x - left, right - left, out=np.ones_like(left), where=right > left)
        below = np.cumsum(self.counts)[inside] - self.counts[inside]
        mass = below + np.clip(share, 0, 1) * self.counts[inside]
        return np.where(index < 0, 0, mass) / self.counts.sum()

    def cdf_before(self, x):
        """P(X < x) for `x` [n]: `cdf` from the left, by reflection."""
        return 1 - Histogram(-self.edges[::-1], self.counts[::-1]).cdf(-x)
