"""Granularities: which weights are kept or pruned together. Pure NumPy."""

from lth_keras.granularity.base_granularity import Granularity, from_config
from lth_keras.granularity.blocks import Blocks
from lth_keras.granularity.grouped_weights import GroupedWeights, GroupRow, Members
from lth_keras.granularity.grouping import Grouping
from lth_keras.granularity.n_of_m import NofM
from lth_keras.granularity.units import Units
from lth_keras.granularity.weights import Weights

__all__ = [
    "Blocks", "Granularity", "GroupRow", "GroupedWeights", "Grouping", "Members", "NofM", "Units",
    "Weights", "from_config",
]
