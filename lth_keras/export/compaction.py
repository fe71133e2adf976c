"""Compaction: removes units and channels without weights; the network computes the same.

A unit (a neuron or channel) without incoming weights gives a constant, act(bias). The layers behind
it turn that into another constant, which is added to the biases of the layer that reads it. A unit
that nothing reads is removed too. One removal can make the next possible, so it is repeated until
nothing changes.

Exact but for rounding. A constant that is not zero is not constant at a padded border of a
convolution: such a channel stays. So do channels that are added to others (residual networks), that
more than one layer reads, and layers in nested models.
"""

import dataclasses

import numpy as np

from lth_keras.compat import keras
from lth_keras.variables import named_variables, snapshot

_layers = keras.layers
_KERNELS = (_layers.Dense, _layers.Conv1D, _layers.Conv2D)
# Layers that treat each channel alone and give a constant for a constant.
_PASSING = (
    _layers.Dropout, _layers.MaxPooling1D, _layers.MaxPooling2D, _layers.AveragePooling1D,
    _layers.AveragePooling2D, _layers.GlobalAveragePooling1D, _layers.GlobalAveragePooling2D,
    _layers.GlobalMaxPooling1D, _layers.GlobalMaxPooling2D, _layers.Flatten,
)
_BORDERS = (_layers.ZeroPadding1D, _layers.ZeroPadding2D)
_ACROSS_CHANNELS = ("softmax", "log_softmax")


@dataclasses.dataclass(frozen=True, eq=False)
class Compacted:
    """A smaller dense network with the same function.

    Attributes:
      model: the plain Keras model.
      units: [{'layer', 'before', 'after'}], each layer whose units could be removed.
    """

    model: object = dataclasses.field(repr=False)
    units: list


@dataclasses.dataclass(frozen=True, eq=False)
class _Link:
    """A kernel layer, the channelwise layers behind it, and the one kernel layer that reads it."""

    source: object
    between: tuple
    reader: object

    @property
    def keeps_constants(self):
        """Whether a constant is the same at every place that the reader looks at."""
        padded = getattr(self.reader, "padding", "valid") != "valid"
        return not padded and not any(isinstance(layer, _BORDERS) for layer in self.between)


def compact(model):
    """Removes dead units of a plain functional or Sequential model.

    Args:
      model: a plain Keras model, pruned weights zero; it is left alone.

    Returns:
      `Compacted`; its model has new weights, and layers of the same names.
    """
    weights = snapshot(named_variables(model))
    links = [link for link in map(_link, model.layers) if link is not None]
    before = {link.source.name: _units(weights, link.source) for link in links}
    while any([_remove(weights, link) for link in links]):
        pass

    def resized(layer):
        config = layer.get_config()
        if isinstance(layer, _KERNELS):
            config["units" if isinstance(layer, _layers.Dense) else "filters"] = _units(
                weights, layer)
            config["use_bias"] = f"{layer.name}/bias" in weights
        config.pop("build_config", None)
        return layer.__class__.from_config(config)

    smaller = keras.models.clone_model(model, clone_function=resized)
    for key, variable in named_variables(smaller).items():
        variable.assign(weights[key])
    return Compacted(smaller, [
        {"layer": name, "before": count, "after": int(weights[f"{name}/kernel"].shape[-1])}
        for name, count in before.items()
    ])


def _units(weights, layer):
    return int(weights[f"{layer.name}/kernel"].shape[-1])


def _is_kernel_layer(layer):
    return type(layer) in _KERNELS and getattr(layer, "groups", 1) == 1 and \
        getattr(layer, "data_format", "channels_last") == "channels_last"


def _link(source):
    """The link that begins at a layer, or None where its units cannot be removed."""
    if not _is_kernel_layer(source) or not _is_channelwise_activation(source.activation):
        return None
    between, layer = [], source
    while True:
        nodes = layer.outbound_nodes
        if len(nodes) != 1 or len(layer.inbound_nodes) != 1:
            return None
        layer = nodes[0].outbound_layer
        if _is_kernel_layer(layer):
            single = len(layer.inbound_nodes) == 1
            return _Link(source, tuple(between), layer) if single else None
        if not _is_passing(layer):
            return None
        between.append(layer)


def _is_passing(layer):
    if type(layer) is _layers.BatchNormalization:
        return layer.axis in (-1, [len(layer.input_shape) - 1], len(layer.input_shape) - 1)
    if type(layer) is _layers.Activation:
        return _is_channelwise_activation(layer.activation)
    if type(layer) in (_layers.ReLU, _layers.LeakyReLU, _layers.ELU):
        return True
    return type(layer) in _PASSING + _BORDERS


def _is_channelwise_activation(function):
    return getattr(function, "__name__", "") not in _ACROSS_CHANNELS


def _constants(weights, link):
    """What the reader would see of each unit [units], were its incoming weights all zero."""
    bias = weights.get(f"{link.source.name}/bias")
    values = np.zeros(_units(weights, link.source), np.float32) if bias is None else bias
    values = np.asarray(link.source.activation(values))
    for layer in link.between:
        if isinstance(layer, _layers.BatchNormalization):
            mean, variance = (weights[f"{layer.name}/moving_{short}"]
                              for short in ("mean", "variance"))
            values = (values - mean) / np.sqrt(variance + np.float32(layer.epsilon))
            values = values * weights.get(f"{layer.name}/gamma", 1.0)
            values = values + weights.get(f"{layer.name}/beta", 0.0)
        elif isinstance(layer, _layers.Activation):
            values = np.asarray(layer.activation(values))
        elif isinstance(layer, (_layers.ReLU, _layers.LeakyReLU, _layers.ELU)):
            values = np.asarray(layer(values[None]))[0]
    return np.asarray(values, np.float32)


def _remove(weights, link):
    """Removes the dead units of one link from `weights`; returns whether there were any."""
    units, out = _units(weights, link.source), _units(weights, link.reader)
    # Of any kernel: [places it looks at, units it reads, its own units].
    reading = weights[f"{link.reader.name}/kernel"].reshape(-1, units, out)
    constant = _constants(weights, link)
    dead, unread = _dead(weights, link, reading, constant)
    if not dead.any():
        return False
    _fold(weights, link, reading, constant, dead & ~unread & (constant != 0))
    _shrink_reader(weights, link, reading[:, ~dead])
    for layer in (link.source, *link.between):
        for key in [key for key in weights if key.rsplit("/", 1)[0] == layer.name]:
            weights[key] = weights[key][..., ~dead]
    return True


def _dead(weights, link, reading, constant):
    """(units to remove, units that nothing reads), bool [units] each; at least one unit stays."""
    own = weights[f"{link.source.name}/kernel"]
    unread = ~np.any(reading, axis=(0, 2))
    unfed = ~np.any(own.reshape(-1, own.shape[-1]), axis=0)
    unfed &= link.keeps_constants | (constant == 0)
    dead = unread | unfed
    if dead.all():
        dead[0] = False
    return dead, unread


def _fold(weights, link, reading, constant, folded):
    """Adds what the units `folded` give, each a constant, to the biases of the reader."""
    if folded.any():
        key = f"{link.reader.name}/bias"
        bias = weights.get(key, np.zeros(reading.shape[-1], np.float32))
        added = np.einsum("u,puo->o", constant[folded].astype(np.float64), reading[:, folded])
        weights[key] = (bias + added).astype(np.float32)


def _shrink_reader(weights, link, kept):
    """Gives the reader a kernel for the units that are kept, [places, kept units, own units]."""
    key = f"{link.reader.name}/kernel"
    places = weights[key].shape[:-2]  # None for a dense kernel, whose inputs may be flattened.
    weights[key] = kept.reshape((*places, *kept.shape[1:]) if places else (-1, kept.shape[-1]))
