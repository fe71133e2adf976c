"""`Grouping`: the groups of one network's prunable weights; here, each weight is its own group."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lth_keras import masks as masks_lib
from lth_keras.masks import Arrays


class Grouping:
    """How the prunable weights of one network form groups.

    Counts, ties, scopes and rates are applied to groups. A row is what has a rate of its own and,
    layerwise, a count: a kernel, or the units that several kernels share. The schedule reads of a
    row `key`, `layer`, `kind`, `is_output`, `size` (its number of groups) and `most` (how many of
    them may stay once it is pruned).

    This class has one row for each kernel and one group for each weight. It returns its arguments
    unchanged, so that pruning by single weights costs nothing more.

    Attributes:
      rows: the rows, in the order of the model's layers.
      counts_weights: whether a group is one weight, so that its counts are counts of weights.
      shuffles_counts: whether a shuffle depends only on how many groups of each row the masks keep,
        so that any masks with these counts serve (`of_counts`).
    """

    counts_weights = True
    shuffles_counts = True

    def __init__(self, rows: Sequence[Any]):
        self.rows = tuple(rows)

    def alive(self, masks: Arrays) -> Arrays:
        """{row: bool array, one entry for each group} of the groups that `masks` keep."""
        return masks

    def pool(self, scores: Arrays, masks: Arrays) -> Arrays:
        """{row: array of scores, one for each group} from the scores of single weights.

        Args:
          scores: {key: array of the kernel's shape}; higher is kept.
          masks: {key: bool array} of the weights that are still there; only they count.
        """
        del masks
        return scores

    def candidates(self, scores: Arrays, alive: Arrays) -> Arrays:
        """Those of the groups `alive` that may stay, given the pooled `scores`: here, all."""
        del scores
        return alive

    def expand(self, alive: Arrays, masks: Arrays) -> Arrays:
        """The masks after pruning: `masks` without the weights of groups that are not `alive`."""
        del masks
        return alive

    def shuffled(self, masks: Arrays, generator: np.random.Generator) -> Arrays:
        """Random masks with as many groups in each row, and as many weights in each layer."""
        return masks_lib.shuffled(masks, generator)

    def of_counts(self, counts: dict[str, int]) -> Arrays:
        """Masks that keep the first `counts[row]` groups of each row, and all without a group."""
        return {row.key: (np.arange(row.size) < counts[row.key]).reshape(row.shape)
                for row in self.rows}

    def kept_weights(self, schedule: Any, round: int) -> int:
        """How many weights stay after `round` prunings by a `RewindingSchedule`.

        Exact where each weight is its own group. Otherwise it assumes that groups of each size
        lose the same share, and in the scope 'global' that each row does: see `foretells_weights`.
        """
        return schedule.total_count(self.rows, round)

    def foretells_weights(self, schedule: Any) -> bool:
        """Whether `kept_weights` may stand for the number of weights that a found mask keeps.

        It may not where rows compete for groups of different sizes: then the number depends on
        which groups are found.
        """
        return True


# What a granularity may ask for: the rows of the units that go together in the model's graph.
FindUnits = Callable[[], Sequence[Any]]
