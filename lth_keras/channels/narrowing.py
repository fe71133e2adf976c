"""From a network and the units to cut to the smaller network without them, and back."""

from typing import Any

import numpy as np

from lth_keras.channels.channel_groups import ChannelGroups
from lth_keras.channels.channel_walk import INPUT
from lth_keras.compat import keras

_BUILT_AS = ("query_shape", "key_shape", "value_shape")


class Narrowing:
    """The sizes of a network's layers and its arrays, without some of its units.

    Args:
      model: the plain model.
      groups: `ChannelGroups` of it.
      cut: {group's name: bool [size]}, True for units that go; groups not named stay. Of a group
        that would go whole the first unit stays, without its weights: no layer can be without any.

    Attributes:
      settings: {path: {field: value}}: the arguments of layers that change.
    """

    def __init__(self, model: Any, groups: ChannelGroups, cut: dict):
        labels = groups.cut_labels({name: _one_stays(gone) for name, gone in cut.items()})
        self._kept = {}
        for key, axes in groups.axes.items():
            for axis, along in axes.items():
                kept = ~np.isin(along, labels)
                if not kept.all():
                    self._kept.setdefault(key, {})[axis] = kept
        self.settings = {}
        layers = dict(_layers_of(model, ""))
        for path, fields in groups.sizes.items():
            for field, (along, make) in fields.items():
                kept = ~np.isin(along, labels)
                if kept.all():
                    continue
                value = None if field.startswith(INPUT) else layers[path].get_config().get(field)
                self.settings.setdefault(path, {})[field] = (
                    int(kept.sum()) if make is None else make(kept, value))

    @property
    def architecture(self) -> tuple:
        """A key: narrowings of one model with equal keys give networks of equal shapes."""
        return tuple(sorted(
            (path, field, repr(value)) for path, fields in self.settings.items()
            for field, value in fields.items()))

    def narrowed(self, key: str, array: np.ndarray) -> np.ndarray:
        """A variable's array, or that of a moment of it, without the cut units."""
        for axis, kept in self._kept.get(key, {}).items():
            array = np.compress(kept, array, axis)
        # NumPy's ascontiguousarray makes a vector of a scalar, such as Normalization's count.
        return np.ascontiguousarray(array) if array.ndim else array

    def widened(self, key: str, array: np.ndarray) -> np.ndarray:
        """The array in the full network's shape; zeros (False in a mask) for the cut units."""
        for axis, kept in self._kept.get(key, {}).items():
            shape = list(array.shape)
            shape[axis] = kept.size
            wide = np.zeros(shape, array.dtype)
            np.moveaxis(wide, axis, 0)[kept] = np.moveaxis(array, axis, 0)
            array = wide
        return array

    def model(self, model: Any) -> Any:
        """The smaller plain model, its weights new; layers and nested models keep their names."""
        return self._cloned(model, "")

    def _cloned(self, model, prefix):
        # Only nested models have input shapes in `settings`: the model's own input stays.
        shapes = self.settings.get(prefix.rstrip("/"), {}) if prefix else {}
        inputs = [
            keras.Input(batch_shape=shapes.get(f"{INPUT}{place}", tensor.shape),
                        dtype=tensor.dtype, name=tensor._keras_history.layer.name)
            for place, tensor in enumerate(model.inputs)
        ] if shapes else None
        return keras.models.clone_model(
            model, inputs, clone_function=lambda layer: self._copy(layer, prefix))

    def _copy(self, layer, prefix):
        path = f"{prefix}{layer.name}"
        if isinstance(layer, keras.Model):
            return self._cloned(layer, f"{path}/")
        config = layer.get_config() | self.settings.get(path, {})
        config.pop("build_config", None)
        if type(layer) is keras.layers.MultiHeadAttention:
            # Its configuration has its inputs' old shapes; the call builds it for the new ones.
            return type(layer)(**{name: value for name, value in config.items()
                                  if name not in _BUILT_AS})
        return type(layer).from_config(config)


def _one_stays(gone):
    return gone & (np.arange(gone.size) > 0) if gone.all() else gone


def _layers_of(model, prefix):
    for layer in model.layers:
        yield f"{prefix}{layer.name}", layer
        if isinstance(layer, keras.Model):
            yield from _layers_of(layer, f"{prefix}{layer.name}/")
