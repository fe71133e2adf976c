"""Figures: functions from tables to matplotlib figures; nothing in them reads files."""

from lth_keras.figures.curves import learning_curves
from lth_keras.figures.densities import accuracy_by_density, layer_densities
from lth_keras.figures.forest import forest
from lth_keras.figures.mask_maps import kernel_maps, pixel_maps
from lth_keras.figures.style import close, encode, settings
from lth_keras.figures.weight_histograms import weight_distributions

__all__ = [
    "accuracy_by_density", "close", "encode", "forest", "kernel_maps", "layer_densities",
    "learning_curves", "pixel_maps", "settings", "weight_distributions",
]
