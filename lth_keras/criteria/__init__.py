"""Criteria: from what is known of a network to a score for each weight; higher is kept."""

from lth_keras.criteria.evidence import Evidence
from lth_keras.criteria.magnitude import Magnitude
from lth_keras.criteria.ranking import (
    kept_after,
    prune_globally,
    prune_layerwise,
    removal_count,
)

__all__ = [
    "Evidence", "Magnitude", "kept_after", "prune_globally", "prune_layerwise", "removal_count",
]
