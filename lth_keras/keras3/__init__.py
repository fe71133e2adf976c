"""Keras 3 models: rebuilt as tf_keras, on which TFMOT prunes, and given back with their weights.

The only room that knows Keras 3; the rest of the toolkit works on `lth_keras.compat.keras`. Nothing
here imports Keras 3 before somebody has a model of it or asks for one.
"""

from lth_keras.keras3.library import counted_names, is_keras3, is_keras3_optimizer
from lth_keras.keras3.paired_variables import named_variables_of
from lth_keras.keras3.rebuilt import to_keras3, to_tf_keras

__all__ = [
    "counted_names", "is_keras3", "is_keras3_optimizer", "named_variables_of", "to_keras3",
    "to_tf_keras",
]
