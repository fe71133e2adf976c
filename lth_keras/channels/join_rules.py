"""How layers with several inputs carry channels: sums, products, concatenations."""

import numpy as np

from lth_keras.channels.channel_labels import Channels
from lth_keras.channels.shape_rules import same
from lth_keras.compat import OperatorLayer, keras

_layers = keras.layers
# The operators that `x + y` and similar expressions become in a functional model.
_JOINING = ("__operators__.add", "math.add", "math.subtract", "math.multiply", "math.maximum",
            "math.minimum")
_EACH_ALONE = ("nn.relu", "nn.relu6", "nn.gelu", "nn.silu", "nn.elu", "nn.leaky_relu", "math.tanh",
               "math.sigmoid", "identity")


def elementwise(call):
    """`Add`, `Multiply` and similar layers: the channels i of all inputs go together.

    An input with a single channel is spread over the channels of the others; it stays.
    """
    (output,) = call.output_shapes
    if any(channels is None for channels in call.inputs):
        return call.whole("joins channels of an unknown number")
    # Counted from the last axis: inputs may have fewer axes than the output.
    places = {channels.axis - len(shape) for channels, shape in zip(
        call.inputs, call.shapes, strict=True) if channels.labels.size > 1}
    if len(places) > 1:
        return call.whole("joins channels along different axes")
    place = places.pop() if places else -1
    size, labels = output[place], None
    for channels in call.inputs:
        if channels.labels.size != size:
            call.walk.labels.keep_whole(
                channels.labels, f"{call.path} spreads it over other channels")
        elif labels is None:
            labels = channels.labels
        else:
            call.walk.labels.tie(labels, channels.labels)
    return [Channels(len(output) + place, labels)]


def concatenate(call):
    """`Concatenate`: along the channels' axis they lie side by side; else they go together."""
    if any(channels is None for channels in call.inputs):
        return call.whole("joins channels of an unknown number")
    axes = {channels.axis for channels in call.inputs}
    if len(axes) > 1:
        return call.whole("joins channels along different axes")
    (axis,) = axes
    if call.layer.axis % len(call.shapes[0]) == axis:
        return [Channels(axis, np.concatenate([each.labels for each in call.inputs]))]
    for channels in call.inputs[1:]:
        call.walk.labels.tie(call.inputs[0].labels, channels.labels)
    return [call.inputs[0]]


def operator(call):
    """An operator of TensorFlow's, as in `x + y`."""
    symbol = getattr(call.layer, "symbol", None)
    others = [value for value in (*call.node.call_args, *call.node.call_kwargs.values())
              if not isinstance(value, (int, float, str, bool, type(None)))]
    if len(others) == len(call.inputs):
        if symbol in _JOINING and len(call.inputs) > 1:
            return elementwise(call)
        if symbol in _JOINING + _EACH_ALONE and len(call.inputs) == 1:
            return same(call)
    return call.whole(f"is {symbol or 'an operator'}, whose channels are not known")


RULES = {
    **dict.fromkeys((_layers.Add, _layers.Subtract, _layers.Multiply, _layers.Average,
                     _layers.Maximum, _layers.Minimum), elementwise),
    _layers.Concatenate: concatenate,
    OperatorLayer: operator,
}
