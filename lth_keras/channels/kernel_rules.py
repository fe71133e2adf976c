"""How layers with kernels make, read and carry channels.

A layer makes channels along one axis of its kernel and reads those of its input along another. Each
rule is a function of a `Call` that gives the `Channels` of its outputs.
"""

import numpy as np

from lth_keras.channels.channel_labels import Channels
from lth_keras.channels.shape_rules import is_channelwise
from lth_keras.compat import keras

_layers = keras.layers


def _product(call, kernel, makes, reads, count, field):
    """A product with a kernel: `makes` and `reads` are its axes."""
    labels = call.last()
    if labels is None:
        return call.whole("multiplies along another axis than the channels'")
    if not is_channelwise(getattr(call.layer, "activation", None)):
        return _ends(call, kernel, reads, labels)
    made = call.made(count)
    call.variable(kernel, reads, labels, "reads")
    call.variable(kernel, makes, made.labels, "makes")
    if call.layer.use_bias:
        call.variable("bias", 0, made.labels, "carries")
    call.size(field, made.labels)
    return [made]


def _ends(call, kernel, reads, labels):
    """For an activation over all channels: they stay, and those that the layer reads may be cut."""
    call.variable(kernel, reads, labels, "reads")
    return call.ends("has an activation across channels, or one that is not known")


def dense(call):
    """`Dense`: kernel [inputs, units]."""
    return _product(call, "kernel", 1, 0, call.layer.units, "units")


def convolution(call):
    """`Conv*`: kernel [*size, channels, filters]."""
    rank = len(call.layer.kernel.shape)
    if call.layer.groups != 1:
        return call.whole("has groups of channels")
    return _product(call, "kernel", rank - 1, rank - 2, call.layer.filters, "filters")


def transposed_convolution(call):
    """`Conv*Transpose`: kernel [*size, filters, channels]."""
    rank = len(call.layer.kernel.shape)
    return _product(call, "kernel", rank - 2, rank - 1, call.layer.filters, "filters")


def depthwise(call):
    """`DepthwiseConv*`: each channel by itself, as often as `depth_multiplier` says."""
    labels = call.last()
    if labels is None or not is_channelwise(call.layer.activation):
        return call.whole("convolves along another axis, or has an activation across channels")
    call.variable("depthwise_kernel", len(call.layer.depthwise_kernel.shape) - 2, labels,
                  "carries")
    made = np.repeat(labels, call.layer.depth_multiplier)
    if call.layer.use_bias:
        call.variable("bias", 0, made, "carries")
    return [Channels(len(call.output_shapes[0]) - 1, made)]


def separable(call):
    """`SeparableConv*`: a depthwise convolution, then one of size 1."""
    labels, layer = call.last(), call.layer
    if labels is None:
        return call.whole("convolves along another axis than the channels'")
    rank = len(layer.depthwise_kernel.shape)
    call.variable("depthwise_kernel", rank - 2, labels, "carries")
    read = np.repeat(labels, layer.depth_multiplier)
    if not is_channelwise(layer.activation):
        return _ends(call, "pointwise_kernel", rank - 2, read)
    made = call.made(layer.filters)
    call.variable("pointwise_kernel", rank - 2, read, "reads")
    call.variable("pointwise_kernel", rank - 1, made.labels, "makes")
    if layer.use_bias:
        call.variable("bias", 0, made.labels, "carries")
    call.size("filters", made.labels)
    return [made]


def einsum(call):
    """`EinsumDense` whose kernel is a matrix [channels, units], as in 'bte,eu->btu'."""
    labels, layer = call.last(), call.layer
    left, _, output = layer.equation.replace(" ", "").partition("->")
    inputs, _, kernel = left.partition(",")
    plain = len(kernel) == 2 and kernel[0] == inputs[-1] and kernel[1] == output[-1] \
        and kernel[1] not in inputs and inputs[:-1] == output[:-1]
    if labels is None or not plain or not is_channelwise(layer.activation):
        return call.whole("is a product of another kind than of a matrix with the channels")
    made = call.made(call.output_shapes[0][-1])
    call.variable("kernel", 0, labels, "reads")
    call.variable("kernel", 1, made.labels, "makes")
    if layer.bias is not None:
        if kernel[1] not in layer.bias_axes:
            return call.whole("has one bias for all its channels")
        # Keras gives the bias an axis for each letter of the output from the first that has one.
        call.variable("bias", len(layer.bias.shape) - 1, made.labels, "carries")

    def resized(kept, value):
        value = [value] if isinstance(value, int) else [*value]
        return (*value[:-1], int(kept.sum()))

    call.size("output_shape", made.labels, resized)
    return [made]


def attention(call):
    """`MultiHeadAttention`: its units are heads; query, key and value have one kernel each."""
    layer, heads = call.layer, call.walk.of_layer(call.path, "heads", call.layer._num_heads)
    if len(call.output_shapes) != 1:
        return call.whole("returns its attention scores too")
    read = _attended(call)
    if read is None:
        return call.whole("reads along another axis than the channels'")
    for name, labels in read.items():
        call.variable(f"{name}/kernel", 0, labels, "reads")
        call.variable(f"{name}/kernel", 1, heads, "makes")
        if layer._use_bias:
            call.variable(f"{name}/bias", 0, heads, "carries")
    made = call.made(call.output_shapes[0][-1])
    call.variable("output/kernel", 0, heads, "reads")
    call.variable("output/kernel", 2, made.labels, "makes")
    if layer._use_bias:
        call.variable("output/bias", 0, made.labels, "carries")
    call.size("num_heads", heads)
    # Without an `output_shape` Keras gives the width of the query, which may become another.
    width = made.labels.size
    call.size("output_shape", np.concatenate([made.labels, read["query"]]),
              lambda kept, _: (int(kept[:width].sum()),))
    return [made]


def _attended(call):
    """{'query', 'key', 'value': labels of what it reads}, or None where that is not understood."""
    named = dict(zip(("query", "value", "key"), call.node.call_args, strict=False))
    named |= {name: value for name, value in call.node.call_kwargs.items()
              if name in ("query", "value", "key") and value is not None}
    named.setdefault("key", named.get("value"))
    known = {id(tensor): (channels, shape) for tensor, channels, shape in zip(
        call.node.keras_inputs, call.inputs, call.shapes, strict=True)}
    _keep_beside(call, known, {id(named.get(name)) for name in ("query", "key", "value")})
    read = {}
    for name in ("query", "key", "value"):
        channels, shape = known.get(id(named.get(name)), (None, ()))
        if channels is None or channels.axis != len(shape) - 1:
            return None
        read[name] = channels.labels
    output = call.layer._output_shape
    return read if output is None or len(output) == 1 else None


def _keep_beside(call, known, attended):
    """Keeps the channels of tensors that no kernel reads, such as a mask: its axes are places."""
    for tensor, (channels, _) in known.items():
        if tensor not in attended and channels is not None:
            call.walk.labels.keep_whole(
                channels.labels, f"{call.path} takes it beside its query, key and value, as a mask")


def embedding(call):
    """`Embedding`: tokens to channels."""
    made = call.made(call.layer.output_dim)
    call.variable("embeddings", 1, made.labels, "makes")
    call.size("output_dim", made.labels)
    return [made]


RULES = {
    _layers.Dense: dense,
    _layers.Conv1D: convolution, _layers.Conv2D: convolution, _layers.Conv3D: convolution,
    _layers.Conv1DTranspose: transposed_convolution,
    _layers.Conv2DTranspose: transposed_convolution,
    _layers.Conv3DTranspose: transposed_convolution,
    _layers.DepthwiseConv1D: depthwise, _layers.DepthwiseConv2D: depthwise,
    _layers.SeparableConv1D: separable, _layers.SeparableConv2D: separable,
    _layers.EinsumDense: einsum,
    _layers.MultiHeadAttention: attention,
    _layers.Embedding: embedding,
}
