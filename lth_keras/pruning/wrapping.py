"""Wrapping a model's kernel layers with TFMOT, and reading and writing their masks."""

import dataclasses
import math

import numpy as np

from lth_keras.compat import PrunableLayer, PruneLowMagnitude, PruneRegistry, keras
from lth_keras.errors import ConfigurationError
from lth_keras.pruning.autocast import casting
from lth_keras.variables import named_variables, walk


@dataclasses.dataclass(frozen=True)
class PrunableWeight:
    """One kernel that TFMOT can prune.

    Attributes:
      key: 'layer/kernel'.
      layer: the layer's name, with those of nested models before it.
      shape: its shape.
      kind: 'dense' or 'conv'.
      is_output: whether it belongs to the last prunable layer.
    """

    key: str
    layer: str
    shape: tuple
    kind: str
    is_output: bool

    @property
    def size(self):
        return math.prod(self.shape)


def wrap(model, schedule, never=()):
    """A copy of `model`, with new weights, whose kernel layers carry TFMOT's wrapper.

    Only layers with a prunable kernel are wrapped, in nested models too; biases and batch
    normalisation never are.

    Args:
      model: a functional or Sequential Keras model.
      schedule: the `RewindingSchedule` that every wrapper gets.
      never: names of layers to leave alone.

    Raises:
      ConfigurationError: a layer has weights of a kind TFMOT cannot prune, or an activity
        regularizer, which TFMOT's wrapper would drop without a word.
    """

    def copy(layer):
        if isinstance(layer, keras.Model):
            return keras.models.clone_model(layer, clone_function=copy)
        twin = layer.__class__.from_config(layer.get_config())
        if layer.name in never:
            return twin
        _refuse_unprunable(layer)
        if kernels(layer):
            if layer.activity_regularizer is not None:
                raise ConfigurationError(
                    f"layer {layer.name!r} has an activity_regularizer, which TFMOT's wrapper "
                    "would drop silently; remove it or put it in a layer of its own "
                    "(keras.layers.ActivityRegularization)"
                )
            return PruneLowMagnitude(
                casting(twin), pruning_schedule=schedule, dtype=layer.variable_dtype)
        return twin

    wrapped = keras.models.clone_model(model, clone_function=copy)
    if not _wrappers(wrapped):
        raise ConfigurationError(
            f"the model {model.name!r} has no layer with a prunable kernel (Dense, Conv, …)"
        )
    # A training call asserts pruning_step >= 1 after its own increment; it starts at -1.
    for _, wrapper in _wrappers(wrapped):
        wrapper.pruning_step.assign(0)
    return wrapped


def kernels(layer):
    """The variables of a built plain layer that TFMOT can prune; none for most layers."""
    if not _is_supported(layer):
        return []
    if not hasattr(layer, "get_prunable_weights"):
        PruneRegistry.make_prunable(layer)
    return layer.get_prunable_weights()


def prunable_weights(model, never=()):
    """The `PrunableWeight`s of a plain model, in the order of its layers."""
    keys = {id(variable): key for key, variable in named_variables(model).items()}
    found = [
        (path, variable)
        for path, layer in walk(model) if layer.name not in never
        for variable in kernels(layer)
    ]
    last = found[-1][0] if found else None
    return tuple(
        PrunableWeight(
            keys[id(variable)], path, tuple(variable.shape),
            "conv" if len(variable.shape) > 2 else "dense", path == last,
        )
        for path, variable in found
    )


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


def _is_supported(layer):
    return (
        isinstance(layer, PrunableLayer)
        or hasattr(layer, "get_prunable_weights")
        or PruneRegistry.supports(layer)
    )


def _refuse_unprunable(layer):
    matrices = [weight for weight in layer.trainable_weights if len(weight.shape) > 1]
    if matrices and not _is_supported(layer):
        raise ConfigurationError(
            f"layer {layer.name!r} ({type(layer).__name__}) has weights that TFMOT cannot prune; "
            "expected built-in layers, or a layer that implements get_prunable_weights(); to keep "
            "it dense on purpose, name it in Experiment.never_prune"
        )
