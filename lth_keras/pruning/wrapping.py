"""Wraps a model's layers with TFMOT, and reads and writes their masks."""

import numpy as np

from lth_keras.compat import PruneLowMagnitude, keras
from lth_keras.errors import ConfigurationError, first_line
from lth_keras.pruning.kernels import chosen, refuse_unprunable
from lth_keras.pruning.masked_layer import MaskedLayer, build_like
from lth_keras.variables import layer_variables, named_variables, parts, walk


def wrap(model, schedule, never=(), also=()):
    """A copy of `model`, with new weights, whose kernel layers carry TFMOT's wrapper.

    Only layers with a prunable kernel are wrapped, in nested models too; biases and batch
    normalisation never are.

    Args:
      model: a functional or Sequential Keras model.
      schedule: the `RewindingSchedule` that every wrapper gets.
      never: names of layers, or keys of kernels, to leave alone.
      also: names of layers, or keys of kernels, to prune although their kind is left alone
        otherwise: embeddings and depthwise kernels.

    Raises:
      ConfigurationError: a custom layer has weights of a kind TFMOT cannot prune, or cannot be
        copied, or there is nothing to prune.
    """

    def cloned(inner, prefix):
        return keras.models.clone_model(
            inner, clone_function=lambda layer: copy(layer, prefix))

    def copy(layer, prefix):
        path = f"{prefix}{layer.name}"
        if isinstance(layer, keras.Model):
            return cloned(layer, f"{path}/")
        twin = copied(layer)
        if _has_parts(layer):
            _build_like(twin, layer)
        refuse_unprunable(path, layer, never)
        names = {matrix.name for matrix in chosen(path, layer, never, also)}
        if not names:
            return twin
        return MaskedLayer(twin, schedule, lambda built: [
            variable for name, variable in layer_variables(built).items() if name in names])

    wrapped = cloned(model, "")
    if not _wrappers(wrapped):
        raise ConfigurationError(
            f"the model {model.name!r} has no layer with a prunable kernel (Dense, Conv, …)"
        )
    # TFMOT's step begins at -1, and its schedule accepts steps from 0 on.
    for _, wrapper in _wrappers(wrapped):
        wrapper.pruning_step.assign(0)
    return wrapped


def copied(layer):
    """A layer of the same configuration, with weights of its own.

    Raises:
      ConfigurationError: its class cannot be built again from its config.
    """
    try:
        config = layer.get_config()
        if "name" not in config:  # What Keras notes by itself of a layer without a get_config.
            raise TypeError("its get_config() gives no name")
        return layer.__class__.from_config(config)
    except (NotImplementedError, TypeError, ValueError) as error:
        raise ConfigurationError(
            f"layer {layer.name!r} ({type(layer).__name__}) cannot be copied: "
            f"{first_line(error)}; expected a get_config() that gives every argument of its "
            "__init__, and those of keras.layers.Layer by super().get_config()"
        ) from error


def _build_like(twin, layer):
    try:
        build_like(twin, layer)
    except (AttributeError, NotImplementedError, TypeError, ValueError) as error:
        raise ConfigurationError(
            f"layer {layer.name!r} ({type(layer).__name__}) cannot be copied: its copy cannot be "
            f"called ({_cause(error)}); expected a get_config() that gives every argument of its "
            "__init__; a layer that is handed another layer, to share its weights, cannot be "
            "copied: give it weights of its own"
        ) from error


def _cause(error):
    """Keras puts its own words around an error of a layer; the error itself has its class."""
    lines = [line.strip() for line in str(error).splitlines()]
    return next((line for line in lines if line.startswith(f"{type(error).__name__}:")),
                first_line(error))


def mask_variables(wrapped):
    """{'layer/kernel': mask variable} of a wrapped model."""
    keys = {id(variable): key for key, variable in named_variables(wrapped).items()}
    return {
        keys[id(weight)]: mask
        for _, wrapper in _wrappers(wrapped)
        for weight, mask, _ in wrapper.pruning_vars
    }


def write_masks(variables, masks):
    """Assigns boolean `masks` to the wrappers' mask variables."""
    for key, variable in variables.items():
        variable.assign(masks[key].astype(np.float32))


def read_masks(variables):
    """{key: bool array} of the wrappers' mask variables."""
    return {key: variable.numpy() != 0 for key, variable in variables.items()}


def _wrappers(wrapped):
    return [
        (path, layer) for path, layer in walk(wrapped) if isinstance(layer, PruneLowMagnitude)
    ]


def _has_parts(layer):
    return sum(1 for _ in parts(layer)) > 1
