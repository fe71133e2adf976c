"""Networks as functions `(input_shape, num_classes, width) -> Keras model`, one family a file."""

from lth_keras.models.building import build, build_seeded
from lth_keras.models.initialization import (
    fan_in_uniform,
    glorot_normal,
    glorot_uniform,
    he_normal,
)
from lth_keras.models.lenet import lenet_5, lenet_300_100
from lth_keras.models.width import closest_width, scaled

__all__ = [
    "build", "build_seeded", "closest_width", "fan_in_uniform", "glorot_normal",
    "glorot_uniform", "he_normal", "lenet_300_100", "lenet_5", "scaled",
]
