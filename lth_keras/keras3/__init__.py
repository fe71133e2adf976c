"""Keras 3 models: rebuilt in tf_keras, which TFMOT can prune, and rebuilt in Keras 3 afterwards.

Only this room uses Keras 3; the rest of the toolkit uses `lth_keras.compat.keras`. Keras 3 is
imported only for a user who has a model of it or asks for one.
"""

from lth_keras.keras3.library import counted_names, is_keras3, is_keras3_optimizer
from lth_keras.keras3.paired_variables import named_variables_of
from lth_keras.keras3.rebuilt import of_one_output, to_keras3, to_tf_keras

__all__ = [
    "counted_names", "is_keras3", "is_keras3_optimizer", "named_variables_of", "of_one_output",
    "to_keras3", "to_tf_keras",
]
