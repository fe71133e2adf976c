"""How often a layer's kernel is applied to one example: what its multiplications follow from."""

import collections
import math

from lth_keras.compat import keras
from lth_keras.variables import plain

_layers = keras.layers
_TRANSPOSED = (_layers.Conv1DTranspose, _layers.Conv2DTranspose, _layers.Conv3DTranspose)
_LOCAL = (_layers.LocallyConnected1D, _layers.LocallyConnected2D)
# Layers whose argument `data_format` says where the channels lie.
_CONVOLUTIONS = (
    _layers.Conv1D, _layers.Conv2D, _layers.Conv3D, _layers.DepthwiseConv1D,
    _layers.DepthwiseConv2D, _layers.SeparableConv1D, _layers.SeparableConv2D,
    _layers.ConvLSTM1D, _layers.ConvLSTM2D, _layers.ConvLSTM3D,
)


def positions(model):
    """How many times each weight of each layer's kernel is used for one example.

    It is used once at each place of the output, and of a transposed convolution at each place of
    the input. A recurrent layer's kernel is applied at each step; a locally connected layer has
    other weights at each place. A layer counts each of its calls in the model, and no call outside
    it; in a nested model, each of them in each call of that model. An axis without a fixed length
    counts once.

    Args:
      model: a plain functional or Sequential model.

    Returns:
      {path: a whole number}, the paths as `walk`'s; 0 where a layer has no weights, or its output
      no shape.
    """
    counts = collections.Counter()
    _add(counts, model, "")
    return counts


def _add(counts, model, prefix):
    """Adds what one call of a model does. A layer itself knows calls by other models too."""
    for nodes in model._nodes_by_depth.values():
        for node in nodes:
            layer = plain(node.layer)
            if isinstance(layer, keras.Model):
                _add(counts, layer, f"{prefix}{layer.name}/")
            elif layer.weights:
                counts[prefix + layer.name] += _places(layer, node)


def _places(layer, node):
    inner = layer.layer if isinstance(layer, _layers.TimeDistributed) else layer
    reads = isinstance(inner, (_layers.RNN, _layers.Bidirectional, *_TRANSPOSED))
    shape = node.input_shapes if reads else node.output_shapes
    while isinstance(shape, (list, tuple)) and shape and isinstance(shape[0], (list, tuple)):
        shape = shape[0]
    if not isinstance(shape, tuple):
        return 0
    sides = shape[1:]
    if isinstance(inner, _LOCAL):
        sides = () if inner is layer else sides[:1]
    elif isinstance(inner, _CONVOLUTIONS) and inner.data_format == "channels_first":
        channels = len(sides) - len(inner.kernel_size) - 1
        sides = sides[:channels] + sides[channels + 1:]
    else:
        sides = sides[:-1]
    return math.prod(side or 1 for side in sides)
