"""`GroupedWeights`: groups of several weights, given by the group that each weight belongs to."""

import dataclasses
import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lth_keras import masks as masks_lib
from lth_keras.errors import ConfigurationError
from lth_keras.granularity.grouping import Grouping
from lth_keras.masks import Arrays

POOLINGS = ("mean_square", "mean", "max")


@dataclasses.dataclass(frozen=True, eq=False)
class Members:
    """Which weights of one kernel belong to which groups of a row.

    Attributes:
      key: the kernel's, 'layer/kernel'.
      index: int array that broadcasts to the kernel's shape: the group of each weight, from 0;
        −1 where a weight belongs to none of the row's. The units along one axis are an array that
        has length 1 on the others.
    """

    key: str
    index: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class GroupRow:
    """Groups that share a rate and, layerwise, a count: a kernel's blocks, or a set of units.

    A weight may belong to groups of several rows, as the input of one layer and the output of the
    layer before; it stays while all of them do.

    Attributes:
      key: the row's name, unique in the network; a kernel's key where it is about one kernel.
      layer: the name of the layer whose rate it has, as `PrunableWeight`'s.
      kind: 'dense', 'conv' or 'recurrent', for its rate.
      is_output: whether it is about the last prunable layer.
      size: number of groups.
      members: `Members` of each kernel that has weights in them.
    """

    key: str
    layer: str
    kind: str
    is_output: bool
    size: int
    members: tuple[Members, ...]

    @property
    def most(self) -> int:
        """How many groups may stay once the row is pruned: all of them."""
        return self.size


class GroupedWeights(Grouping):
    """Groups of several weights.

    Args:
      rows: `GroupRow`s.
      shapes: {key: shape} of every prunable kernel, those without a group too.
      pooling: how the scores of a group's weights become its own: 'mean_square' (of scores that
        may be negative: the mean of s·|s|, so that higher is still better), 'mean' or 'max'.

    Raises:
      ConfigurationError: the pooling is none of those, or no weight belongs to a group.
    """

    counts_weights = False

    def __init__(self, rows: Sequence[GroupRow], shapes: Mapping[str, tuple], pooling: str):
        super().__init__(rows)
        if not self.rows:
            raise ConfigurationError(
                "RewindingSchedule.granularity finds no groups in the model; expected at least "
                "one layer that can be pruned by them"
            )
        self.shapes, self.pooling = dict(shapes), pooling

    @functools.cached_property
    def shuffles_counts(self) -> bool:  # type: ignore[override]
        """Whether all groups of a row are of one size: only found masks tell how many of each size
        stay."""
        return all(np.unique(_sizes(row, members)).size == 1
                   for row in self.rows for members in row.members)

    def alive(self, masks: Arrays) -> Arrays:
        """{row: bool [size]}: a group is there while any of its weights is."""
        return {row.key: self._sums(row, masks) > 0 for row in self.rows}

    def pool(self, scores: Arrays, masks: Arrays) -> Arrays:
        """{row: float64 [size]}; of a group without weights the score is 0."""
        return {row.key: self._pooled(row, scores, masks) for row in self.rows}

    def _pooled(self, row, scores, masks):
        pooled = np.full(row.size, -np.inf) if self.pooling == "max" else np.zeros(row.size)
        counts = self._sums(row, masks)
        for members in row.members:
            index, there = self._flat(members), np.ravel(masks[members.key])
            there = there & (index >= 0)
            values = np.ravel(scores[members.key])[there].astype(np.float64)
            if self.pooling == "max":
                np.maximum.at(pooled, index[there], values)
                continue
            if self.pooling == "mean_square":
                values = values * np.abs(values)
            pooled += np.bincount(index[there], values, row.size)
        if self.pooling != "max":
            pooled /= np.maximum(counts, 1)
        return np.where(counts > 0, pooled, 0.0)

    def expand(self, alive: Arrays, masks: Arrays) -> Arrays:
        """`masks` without the weights of groups that are not alive; others stay as they are."""
        kept = dict(masks)
        for row in self.rows:
            for members in row.members:
                stays = alive[row.key][members.index] | (members.index < 0)
                kept[members.key] = kept[members.key] & stays
        return kept

    def shuffled(self, masks: Arrays, generator: np.random.Generator) -> Arrays:
        """Random masks in which groups of a row with equally many weights changed places."""
        dense = {key: masks_lib.ones(shape) for key, shape in self.shapes.items()}
        alive, new = self.alive(masks), {}
        for row in sorted(self.rows, key=lambda row: row.key):
            sizes, drawn = self._sums(row, dense), alive[row.key].copy()
            for size in np.unique(sizes):
                same = np.flatnonzero(sizes == size)
                drawn[same] = drawn[generator.permutation(same)]
            new[row.key] = drawn
        return self.expand(new, dense)

    def of_counts(self, counts: dict[str, int]) -> Arrays:
        """As `Grouping.of_counts`."""
        dense = {key: masks_lib.ones(shape) for key, shape in self.shapes.items()}
        return self.expand({row.key: np.arange(row.size) < counts[row.key] for row in self.rows},
                           dense)

    def kept_weights(self, schedule: Any, round: int) -> int:
        """As `Grouping.kept_weights`; the kernels without groups count as they are."""
        if schedule.scope == "layerwise":
            counts = schedule.layer_counts(self.rows, round)
            shares = {row.key: counts[row.key] / row.size for row in self.rows}
        else:
            free = [row for row in self.rows if schedule.rate_of(row) is not None]
            fixed = sum(row.size for row in self.rows) - sum(row.size for row in free)
            share = schedule.total_count(self.rows, round) - fixed
            share /= max(1, sum(row.size for row in free))
            shares = {row.key: 1.0 for row in self.rows} | {row.key: share for row in free}
        expected = {key: np.ones([1] * len(shape)) for key, shape in self.shapes.items()}
        for row in self.rows:
            for members in row.members:
                expected[members.key] = expected[members.key] * np.where(
                    members.index < 0, 1.0, shares[row.key])
        # An axis that no group tells apart has length 1 there.
        total = sum(array.sum() * math.prod(self.shapes[key]) / array.size
                    for key, array in expected.items())
        return int(np.rint(total))

    def foretells_weights(self, schedule: Any) -> bool:
        """As `Grouping.foretells_weights`.

        In the scope 'layerwise' each row keeps as many groups in every trial; not foretold is only
        how many of them are the smaller last blocks of a kernel.
        """
        if schedule.scope == "layerwise":
            return True
        free = [row for row in self.rows if schedule.rate_of(row) is not None]
        keys = [members.key for row in free for members in row.members]
        if len(set(keys)) < len(keys):
            return False  # A weight may be in groups of two rows, and either of them may take it.
        dense = {key: masks_lib.ones(self.shapes[key]) for key in keys}
        return len({size for row in free for size in np.unique(self._sums(row, dense))}) <= 1

    def _flat(self, members):
        return np.broadcast_to(members.index, self.shapes[members.key]).ravel()

    def _sums(self, row, masks):
        """Number of weights of each group that `masks` keep, [size]."""
        counts = np.zeros(row.size, np.int64)
        for members in row.members:
            index = self._flat(members)[np.ravel(masks[members.key])]
            counts += np.bincount(index[index >= 0], minlength=row.size)
        return counts


def _sizes(row, members):
    """How many entries of the index each group has; an axis of length 1 is not spread."""
    return np.bincount(members.index[members.index >= 0], minlength=row.size)


def check_pooling(pooling: str, name: str) -> None:
    """Raises ConfigurationError unless `pooling` is one of `POOLINGS`; `name` is said."""
    if pooling not in POOLINGS:
        raise ConfigurationError(f"{name} is {pooling!r}; expected one of {POOLINGS}")
