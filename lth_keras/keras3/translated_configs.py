"""Translates configurations: builds a layer of one library as the other's layer of that name."""

import functools
import inspect

import numpy as np

from lth_keras.errors import ConfigurationError
from lth_keras.keras3.library import ROOMS

# The same argument under another name: {class: {tf_keras's: Keras 3's}}.
_RENAMED = {"LeakyReLU": {"alpha": "negative_slope"}}
# Arguments that do not change outputs: how to compute, or notes about a layer.
_NO_MATTER = {
    "batch_input_shape", "force_generator", "implementation", "input_axes", "input_length",
    "key_shape", "output_axes", "quantization_config", "query_shape", "rng_type", "seed",
    "use_cudnn", "value_shape",
}
# Arguments that tf_keras's classes inherit and do not use.
_INHERITED = {"filters", "groups", "kernel_constraint", "kernel_initializer", "kernel_regularizer"}
_SEPARATED = ("DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D")
# Arguments that tf_keras takes as **kwargs and does not list.
_KEYWORDS = dict.fromkeys(("GRU", "LSTM", "RNN", "SimpleRNN"), {"zero_output_for_mask": False})
# Keras 3's operations on two tensors that are layers in both.
_OPERATIONS = "keras.src.ops.numpy"
_MERGING = ("Add", "Subtract", "Multiply", "Maximum", "Minimum")
_CODE = ("Lambda", "TFSMLayer")
_FLOAT32 = "float32"


def twin_of(layer, source, target):
    """A layer of the library `target`, with new weights, that computes the same as `layer`.

    Args:
      layer: a built-in layer of `source`, or one of Keras 3's operations on two tensors.
      source, target: `TF_KERAS` or `KERAS_3`.

    Raises:
      ConfigurationError: `target` has no such layer, or not with these arguments.
    """
    kind = type(layer).__name__
    try:
        if type(layer) is getattr(source.keras.layers, kind, None):
            _refuse_adapted(layer, kind)
            return _layer(kind, layer.get_config(), source, target)
        if type(layer).__module__ == _OPERATIONS and kind in _MERGING:
            # `x + y` and similar expressions become such an operation in Keras 3.
            return getattr(target.keras.layers, kind)(name=layer.name)
        raise _NotThereError(f"it is no built-in layer of {source.name}")
    except (_NotThereError, TypeError, ValueError, KeyError, AttributeError) as error:
        raise ConfigurationError(
            f"layer {layer.name!r} ({kind}) of the {source.name} model cannot be rebuilt in "
            f"{target.name}: {one_line(error)}; expected built-in layers that both libraries have"
        ) from error


def _refuse_adapted(layer, kind):
    if kind != "Normalization" or layer.input_mean is not None or not layer.built:
        return
    # Before it is adapted its mean is 0 and its variance 1.
    if np.any(np.asarray(layer.adapt_mean)) or np.any(np.asarray(layer.adapt_variance) != 1):
        raise _NotThereError(
            "it was adapted to data; give the numbers as Normalization(mean=…, variance=…), or "
            "leave it out and give mean and std to find_ticket or Dataset")


def one_line(error):
    """The first line of an error's text, or the name of its class where it has none."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


class _NotThereError(Exception):
    """The other library lacks a class or an argument; the message names it."""


def _layer(kind, config, source, target):
    if kind in _CODE:
        raise _NotThereError("it holds Python code of its own")
    config = _config("layers", kind, config, source, target)
    if kind == "BatchNormalization" and not isinstance(config["axis"], int):
        config["axis"], = config["axis"]
    for name, prefix in (("layer", "forward_"), ("backward_layer", "backward_")):
        if kind == "Bidirectional" and config.get(name) is not None:
            # Both libraries put the direction before a layer's name.
            config[name] = _unprefixed(config[name], prefix, target)
    return getattr(target.keras.layers, kind)(**config)


def _unprefixed(layer, prefix, target):
    config = layer.get_config()
    return type(layer)(**{**config, "name": config["name"].removeprefix(prefix)})


def _config(room, kind, config, source, target):
    """The arguments of the class `kind` in the library `target`."""
    if not hasattr(getattr(source.keras, room), kind):
        raise _NotThereError(f"{kind} is not of {source.name} itself")
    if not hasattr(getattr(target.keras, room), kind):
        raise _NotThereError(f"{target.name} has no {kind}")
    ours, theirs = (
        _arguments(getattr(getattr(library.keras, room), kind)) | _KEYWORDS.get(kind, {})
        for library in (source, target))
    translated = {}
    for name, value in config.items():
        name_there = _renamed(kind, name, target)
        if name == "dtype":
            translated |= _precision(value, target)
        elif name == "name" and target.name == "Keras 3":
            translated["name"] = value.replace("/", "_")  # Keras 3 refuses '/' in a name.
        elif name_there in theirs or (room == "layers" and name in ("name", "trainable")):
            translated[name_there] = _value(value, source, target)
        elif name in _NO_MATTER or (name in _INHERITED and kind in _SEPARATED):
            continue
        elif name == "data_format" and value == "channels_last":
            continue  # It is how layers without the argument compute.
        elif value not in (ours.get(name), None, False):
            raise _NotThereError(
                f"{target.name}'s {kind} has no argument {name}, which is {value!r}")
    return translated


def _value(value, source, target):
    if isinstance(value, dict) and {"module", "class_name", "config"} <= value.keys():
        room, kind = value["module"].removeprefix("keras."), value["class_name"]
        if room == "layers":
            return _layer(kind, value["config"], source, target)
        if room not in ROOMS:
            raise _NotThereError(f"{kind} is not of {source.name} itself")
        config = _config(room, kind, value["config"], source, target)
        return getattr(getattr(target.keras, room), kind)(**config)
    if isinstance(value, (list, tuple)):
        return [_value(each, source, target) for each in value]
    return value


def _renamed(kind, name, target):
    names = _RENAMED.get(kind, {})
    if target.name == "tf_keras":
        names = {theirs: ours for ours, theirs in names.items()}
    return names.get(name, name)


def _precision(value, target):
    """{'dtype': …} of a layer, or {} for float32, so that the user's own policy decides."""
    name = value if isinstance(value, str) else value["config"]["name"]
    if name == _FLOAT32:
        return {}
    if target.name == "tf_keras":
        raise _NotThereError(
            f"its precision is {name}; build the model in float32 and give Experiment.precision")
    return {"dtype": name}


@functools.cache
def _arguments(kind):
    """{name: default} of what a class's constructor takes, its parents' included."""
    defaults = {}
    for each in kind.__mro__:
        if each.__name__ in ("Layer", "Operation", "object"):
            break
        if "__init__" not in vars(each):
            continue
        parameters = inspect.signature(each.__init__).parameters.values()
        for parameter in parameters:
            if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                defaults.setdefault(parameter.name, parameter.default)
        if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
            break
    defaults.setdefault("activity_regularizer", None)
    return defaults
