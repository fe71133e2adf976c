"""How often a layer's kernel is applied to one example: what its multiplications follow from."""

import collections
import inspect
import math

from lth_keras.compat import keras
from lth_keras.pruning.kernels import EMBEDDING, matrices
from lth_keras.variables import plain

_layers = keras.layers
_TRANSPOSED = (_layers.Conv1DTranspose, _layers.Conv2DTranspose, _layers.Conv3DTranspose)
_LOCAL = (_layers.LocallyConnected1D, _layers.LocallyConnected2D)
_RECURRENT = (_layers.ConvLSTM1D, _layers.ConvLSTM2D, _layers.ConvLSTM3D)
# Layers whose argument `data_format` says where the channels lie.
_CONVOLUTIONS = (
    _layers.Conv1D, _layers.Conv2D, _layers.Conv3D, _layers.DepthwiseConv1D,
    _layers.DepthwiseConv2D, _layers.SeparableConv1D, _layers.SeparableConv2D, *_RECURRENT,
)


def positions(model):
    """How many times each weight of each kernel is used for one example.

    It is used once at each place of the output, and of a transposed convolution at each place of
    the input. A recurrent layer's kernels are applied at each step, those of a recurrent
    convolution at each place of each step's output; a locally connected layer has other weights at
    each place. Attention's query and output are applied at the places of the query, key and value
    at those of theirs. A product that is given by an equation is applied along each axis that its
    kernel has not. A layer counts each of its calls in the model, and no call outside it; in a
    nested model, each of them in each call of that model. An axis without a fixed length counts
    once.

    Args:
      model: a plain functional or Sequential model.

    Returns:
      {'layer/kernel': a whole number} for each matrix, the keys as `named_variables`'; 0 where a
      layer's output has no shape.
    """
    counts = collections.Counter()
    _add(counts, model, "", 1)
    return counts


def _add(counts, model, prefix, times):
    """Adds what `times` calls of a model do. A layer itself knows calls by other models too."""
    for nodes in model._nodes_by_depth.values():
        for node in nodes:
            layer = plain(node.layer)
            if layer.weights:  # What has none may be called on anything.
                shapes = _first(node.input_shapes), _first(node.output_shapes)
                _add_layer(counts, layer, prefix + layer.name, node, shapes, times)


def _add_layer(counts, layer, path, node, shapes, times):
    if isinstance(layer, keras.Model):
        _add(counts, layer, f"{path}/", times)
    elif isinstance(layer, _layers.TimeDistributed):
        (examples, steps, *_), _ = shapes
        shapes = [(examples, *shape[2:]) for shape in shapes]
        _add_layer(counts, layer.layer, f"{path}/layer", node, shapes, times * (steps or 1))
    elif isinstance(layer, _layers.SpectralNormalization):
        _add_layer(counts, layer.layer, f"{path}/layer", node, shapes, times)
    else:
        for matrix in matrices(layer):
            if matrix.dense == EMBEDDING:
                continue  # It is looked up, also inside a layer of the user's own.
            counts[f"{path}/{matrix.name}"] += times * _places(layer, matrix.name, node, *shapes)


def _places(layer, name, node, inputs, outputs):
    if isinstance(layer, _layers.MultiHeadAttention):
        return _product(_attended(layer, name, node, outputs)[1:-1])
    if isinstance(layer, _layers.EinsumDense):
        return _along(layer.equation, inputs, outputs)
    inner = layer.forward_layer if isinstance(layer, _layers.Bidirectional) else layer
    if isinstance(inner, _RECURRENT):
        given = inner.compute_output_shape(inputs)
        given = tuple(given[0] if inner.return_state else given)
        given = (given[0], *given[2:]) if inner.return_sequences else given
        return _product([inputs[1], *_sides(inner, given)])
    reads = isinstance(inner, (_layers.RNN, *_TRANSPOSED))
    shape = inputs if reads else outputs
    return _product(_sides(inner, shape)) if isinstance(shape, tuple) else 0


def _sides(layer, shape):
    """The lengths of the axes along which a layer applies its kernel, of [batch, …]."""
    sides = shape[1:]
    if isinstance(layer, _LOCAL):
        return ()
    if isinstance(layer, _CONVOLUTIONS) and layer.data_format == "channels_first":
        channels = len(sides) - len(layer.kernel_size) - 1
        return sides[:channels] + sides[channels + 1:]
    return sides[:-1]


def _attended(layer, name, node, outputs):
    """The shape of what a part of attention reads; a subclass may take other arguments."""
    given = inspect.signature(layer.call).bind(*node.call_args, **node.call_kwargs).arguments
    part = name.split("/")[0]
    wanted = given.get(part if part in ("key", "value") else "query")
    if wanted is None and part == "key":
        wanted = given.get("value")
    return outputs if wanted is None else tuple(wanted.shape)


def _along(equation, inputs, outputs):
    """The product of the lengths of the axes that the kernel has not; without the batch, which is
    first."""
    read, rest = equation.split(",")
    kernel, given = rest.split("->")
    lengths = dict(zip(_axes(given, outputs), outputs, strict=True))
    lengths |= zip(_axes(read, inputs), inputs, strict=True)
    del lengths[_axes(read, inputs)[0]]
    return _product(length for axis, length in lengths.items() if axis not in set(kernel))


def _axes(letters, shape):
    """A name for each axis: its letter; of those that '...' stands for, its number."""
    before, dots, after = letters.partition("...")
    numbers = range(len(shape) - len(before) - len(after)) if dots else ()
    return [*before, *numbers, *after]


def _first(shape):
    """The shape of the first tensor of any structure."""
    while isinstance(shape, (list, tuple)) and shape and isinstance(shape[0], (list, tuple)):
        shape = shape[0]
    return shape


def _product(lengths):
    return math.prod(length or 1 for length in lengths)
