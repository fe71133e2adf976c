"""TFMOT: wraps layers with kernels, schedules IMP's rounds, reads and writes masks."""

from lth_keras.pruning.kernel_positions import positions
from lth_keras.pruning.kernel_table import KernelRow, kernel_table, lines_of
from lth_keras.pruning.kernels import PrunableWeight, is_built_in, prunable_weights
from lth_keras.pruning.layer_names import (
    check_also_prune,
    check_never_prune,
    check_rates,
    warn_of_idle_rates,
)
from lth_keras.pruning.rewinding_schedule import RewindingSchedule
from lth_keras.pruning.wrapping import (
    mask_variables,
    read_masks,
    wrap,
    write_masks,
)

__all__ = [
    "KernelRow", "PrunableWeight", "RewindingSchedule", "check_also_prune", "check_never_prune",
    "check_rates", "is_built_in", "kernel_table", "lines_of", "mask_variables", "positions",
    "prunable_weights", "read_masks", "warn_of_idle_rates", "wrap", "write_masks",
]
