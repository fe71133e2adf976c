"""Figures: functions from tables to matplotlib figures; nothing in them reads files."""

from lth_keras.records.figures.curves import learning_curves
from lth_keras.records.figures.densities import accuracy_by_density, layer_densities
from lth_keras.records.figures.forest import forest
from lth_keras.records.figures.mask_maps import kernel_maps, pixel_maps
from lth_keras.records.figures.style import close, encode, settings
from lth_keras.records.figures.weights import weight_distributions

__all__ = [
    "accuracy_by_density", "close", "encode", "forest", "kernel_maps", "layer_densities",
    "learning_curves", "pixel_maps", "settings", "weight_distributions",
]
