"""How layers without kernels carry channels: activations, pooling, padding, changes of shape.

Each rule is a function of a `Call` that gives the `Channels` of its outputs.
"""

import numpy as np

from lth_keras.channels.channel_labels import Channels
from lth_keras.compat import keras

_layers = keras.layers
_ACROSS = ("softmax", "log_softmax")
_KNOWN_MODULES = ("tf_keras", "tensorflow", "keras", "lth_keras")
# Larger tensors than this are not examined when they are reshaped.
_PLACES = 2**24


def is_channelwise(function):
    """Whether an activation is known to treat each number alone."""
    module = (getattr(function, "__module__", None) or "").partition(".")[0]
    return module in _KNOWN_MODULES and getattr(function, "__name__", "") not in _ACROSS


def same(call):
    """Each number is treated alone: nothing moves."""
    return [*call.inputs]


def activation(call):
    """`Activation`."""
    if not is_channelwise(call.layer.activation):
        return call.whole("has an activation across channels, or one that is not known")
    return same(call)


def softmax(call):
    """`Softmax`: it adds over the channels if it goes along their axis."""
    axes = call.layer.axis if isinstance(call.layer.axis, (list, tuple)) else [call.layer.axis]
    rank = len(call.shapes[0])
    if call.inputs[0] is None or call.inputs[0].axis in [axis % rank for axis in axes]:
        return call.whole("adds over the channels")
    return same(call)


def batch_normalization(call):
    """Each channel has its own scale, shift and statistics."""
    channels, layer = call.inputs[0], call.layer
    axes = layer.axis if isinstance(layer.axis, (list, tuple)) else [layer.axis]
    if channels is None or [axis % len(call.shapes[0]) for axis in axes] != [channels.axis]:
        return call.whole("normalises along another axis than the channels'")
    if getattr(layer, "renorm", False) or getattr(layer, "virtual_batch_size", None):
        return call.whole("normalises in a way that is not known")
    for name in ("gamma", "beta", "moving_mean", "moving_variance"):
        if getattr(layer, name, None) is not None:
            call.variable(name, 0, channels.labels, "carries")
    return same(call)


def normalization_over(call):
    """`LayerNormalization` and its like: all channels enter each number."""
    return call.whole("normalises over the channels")


def prelu(call):
    """`PReLU`: each channel has its own slope, unless channels share one."""
    channels = call.inputs[0]
    if channels is None:
        return same(call)
    if call.layer.alpha.shape[channels.axis - 1] == channels.labels.size:
        call.variable("alpha", channels.axis - 1, channels.labels, "carries")
    return same(call)


def over_places(call):
    """Pooling and upsampling over the axes between the batch and the channels."""
    labels = call.last()
    if labels is None:
        return call.whole("pools over the channels")
    return [Channels(len(call.output_shapes[0]) - 1, labels)]


def cropping(call):
    """`Cropping*`: it crops places and no channels."""
    labels = call.last()
    return call.whole("crops the channels") if labels is None else [*call.inputs]


def padding(call):
    """`ZeroPadding*`: new channels of zeros where the channels were moved to a padded axis."""
    channels, rank = call.inputs[0], len(call.shapes[0])
    if channels is None or channels.axis == rank - 1:
        return same(call)
    amounts, single = call.layer.padding, rank == 3
    before, after = amounts if single else amounts[channels.axis - 1]
    low, high = (call.walk.of_layer(call.path, what, count)
                 for what, count in (("before", before), ("after", after)))
    labels = np.concatenate([low, channels.labels, high])

    def resized(kept, value):
        pair = int(kept[:before].sum()), int(kept[kept.size - after:].sum() if after else 0)
        if single:
            return pair
        return tuple(pair if axis == channels.axis - 1 else tuple(each)
                     for axis, each in enumerate(value))

    call.size("padding", labels, resized)
    return [Channels(channels.axis, labels)]


def permute(call):
    """`Permute`: the channels' axis moves."""
    channels = call.inputs[0]
    if channels is None:
        return call.whole("moves channels of an unknown number")
    return [Channels(call.layer.dims.index(channels.axis) + 1, channels.labels)]


def reshape(call):
    """`Flatten`, `Reshape`: a channel may come to lie at several places of one axis."""
    channels, shape, target = call.inputs[0], call.shapes[0][1:], call.output_shapes[0][1:]
    if channels is None or None in shape or None in target or np.prod(shape) > _PLACES:
        return call.whole("changes a shape of unknown size")
    spread = [1] * len(shape)
    spread[channels.axis - 1] = channels.labels.size
    labels = np.broadcast_to(channels.labels.reshape(spread), shape).reshape(target)
    varying = [axis for axis in range(labels.ndim)
               if (labels != labels.take([0], axis)).any()]
    if len(varying) > 1:
        return call.whole("mixes the channels with their places")
    axis = varying[0] if varying else labels.ndim - 1
    along = np.moveaxis(labels, axis, -1).reshape(-1, labels.shape[axis])[0]
    if type(call.layer) is _layers.Reshape:
        call.size("target_shape", along, lambda kept, _: tuple(
            int(kept.sum()) if place == axis else size for place, size in enumerate(target)))
    return [Channels(axis + 1, along)]


def repeated(call):
    """`RepeatVector`: a new axis for places, before the channels."""
    labels = call.last()
    return call.whole("has channels of an unknown number") if labels is None else [
        Channels(2, labels)]


def _named(*names):
    return [getattr(_layers, name) for name in names]


RULES = {
    **dict.fromkeys(_named(
        "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout",
        "GaussianNoise", "AlphaDropout", "ReLU", "LeakyReLU", "ELU", "ThresholdedReLU"), same),
    **dict.fromkeys(_named(*(
        f"{kind}{rank}D" for rank in (1, 2, 3)
        for kind in ("MaxPooling", "AveragePooling", "GlobalMaxPooling", "GlobalAveragePooling",
                     "UpSampling"))), over_places),
    **dict.fromkeys(_named(*(f"Cropping{rank}D" for rank in (1, 2, 3))), cropping),
    **dict.fromkeys(_named(*(f"ZeroPadding{rank}D" for rank in (1, 2, 3))), padding),
    _layers.Activation: activation,
    _layers.Softmax: softmax,
    _layers.BatchNormalization: batch_normalization,
    **dict.fromkeys(_named("LayerNormalization", "GroupNormalization", "UnitNormalization"),
                    normalization_over),
    _layers.PReLU: prelu,
    _layers.Permute: permute,
    _layers.Flatten: reshape,
    _layers.Reshape: reshape,
    _layers.RepeatVector: repeated,
}
