"""How often a layer's kernel is applied to one example: what its multiplications follow from."""

import math

from lth_keras.compat import keras

_TRANSPOSED = (keras.layers.Conv1DTranspose, keras.layers.Conv2DTranspose,
               keras.layers.Conv3DTranspose)
_LOCAL = (keras.layers.LocallyConnected1D, keras.layers.LocallyConnected2D)


def positions(layer):
    """How many times each weight of a layer's kernel is used for one example.

    It is used once at each place of the output, and of a transposed convolution at each place of
    the input. A recurrent layer's kernel is applied at each step; a locally connected layer has
    other weights at each place. A layer that is called several times counts each call. An axis
    without a fixed length counts once.

    Args:
      layer: a built plain layer.

    Returns:
      A whole number; 0 where the layer's output has no one shape.
    """
    reads = isinstance(layer, (keras.layers.RNN, keras.layers.Bidirectional, *_TRANSPOSED))
    shape_at = layer.get_input_shape_at if reads else layer.get_output_shape_at
    return sum(_places(layer, shape_at(call)) for call in range(len(layer.inbound_nodes) or 1))


def _places(layer, shape):
    if isinstance(shape, list):
        shape = shape[0]
    if not isinstance(shape, tuple):
        return 0
    return 1 if isinstance(layer, _LOCAL) else math.prod(side or 1 for side in shape[1:-1])
