"""Weights: each weight by itself; unstructured pruning."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import gin

from lth_keras.granularity.base_granularity import Granularity
from lth_keras.granularity.grouping import FindUnits, Grouping


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Weights(Granularity):
    """Each weight is its own group: the lottery-ticket papers' pruning, and the default."""

    group = "weight"

    def grouping(self, weights: Sequence[Any], find_units: FindUnits | None = None) -> Grouping:
        """One row for each kernel, one group for each weight."""
        return Grouping(weights)
