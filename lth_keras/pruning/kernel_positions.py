"""How often a layer's kernel is applied to one example: what its multiplications follow from."""

import math

from lth_keras.compat import keras


def positions(layer):
    """The places of a layer's output: its kernel's weights are each used once at each of them.

    A recurrent layer's kernel is applied at each step. An axis without a fixed length counts once.

    Args:
      layer: a built plain layer, called once.

    Returns:
      A whole number; 0 where the layer's output has no one shape.
    """
    is_recurrent = isinstance(layer, (keras.layers.RNN, keras.layers.Bidirectional))
    # A layer that is called at several places has several shapes; the first stands for all.
    shape = layer.get_input_shape_at(0) if is_recurrent else layer.get_output_shape_at(0)
    if isinstance(shape, list):
        shape = shape[0]
    if not isinstance(shape, tuple):
        return 0
    return math.prod(side or 1 for side in shape[1:-1])
