"""Units without incoming weights: the constants they give, moved into the biases behind them."""

import numpy as np

from lth_keras.compat import OperatorLayer, keras, tf
from lth_keras.variables import named_variables

_layers = keras.layers
_READERS = (_layers.Dense, _layers.Conv1D, _layers.Conv2D)
_JOINING = (_layers.Add, _layers.Subtract, _layers.Multiply, _layers.Average, _layers.Maximum,
            _layers.Minimum)


class Constants:
    """What the layers that read a unit see of it, computed by the network itself.

    A unit without incoming weights gives the same for each input, so that one input of zeros shows
    it. Whether it is the same at each place of an image is looked at.

    Args:
      model: a plain model whose dense and convolutional layers have biases; its variables are
        written.
      weights: {key: array} of its variables, which `fold` changes.
    """

    def __init__(self, model, weights):
        self._model, self._weights = model, weights
        self._readers = {
            layer.name: layer for layer in model.layers
            if type(layer) in _READERS and len(layer.inbound_nodes) == 1
            and getattr(layer, "groups", 1) == 1}
        self._probe = None
        if self._readers and _is_fixed(model) and not _spreads(model):
            self._probe = keras.Model(
                model.inputs, [layer.input for layer in self._readers.values()])

    def can_be_folded(self, group):
        """bool [units]: would the constant of a unit without incoming weights be one number for
        every reader, at each place it looks at?"""
        reading = [place for place in group.places if place.role == "reads"]
        if self._probe is None or any(_layer(place) not in self._readers for place in reading):
            return np.zeros(group.size, bool)
        seen, can = self._seen(), np.ones(group.size, bool)
        for place in reading:
            layer = self._readers[_layer(place)]
            values = seen[layer.name].reshape(-1, place.units.size)
            fits = (values == values[:1]).all(0)
            if getattr(layer, "padding", "valid") != "valid":
                fits &= values[0] == 0
            can[place.units[~fits & (place.units >= 0)]] = False
        return can

    def fold(self, group, folded):
        """Adds what the units `folded` give to the biases of their readers."""
        if not folded.any():
            return
        seen = self._seen()
        for place in group.places:
            if place.role != "reads":
                continue
            name = _layer(place)
            chosen = (place.units >= 0) & folded[place.units]
            constant = seen[name].reshape(-1, place.units.size)[0, chosen].astype(np.float64)
            kernel = self._weights[place.key]
            # [places it looks at, inputs, its own units]
            reading = kernel.reshape(-1, *kernel.shape[-2:])[:, chosen]
            bias = self._weights[f"{name}/bias"]
            added = np.einsum("u,puo->o", constant, reading)
            self._weights[f"{name}/bias"] = (bias + added).astype(bias.dtype)

    def _seen(self):
        """{reader: the array it reads, for an input of zeros}, with the weights as they are now."""
        for key, variable in named_variables(self._model).items():
            variable.assign(self._weights[key])
        zeros = [tf.zeros((1, *each.shape[1:]), each.dtype) for each in self._model.inputs]
        values = self._probe(zeros if len(zeros) > 1 else zeros[0], training=False)
        values = values if isinstance(values, (list, tuple)) else [values]
        return {name: np.asarray(value) for name, value in zip(self._readers, values, strict=True)}


def _layer(place):
    return place.key.rpartition("/")[0]


def _is_fixed(model):
    return all(size is not None for each in model.inputs for size in each.shape[1:])


def _spreads(model):
    """Whether a layer joins arrays of different shapes: a constant is then no longer one."""
    for layer in model.layers:
        joins = isinstance(layer, (*_JOINING, OperatorLayer))
        for node in layer.inbound_nodes if joins else ():
            if len({tuple(each.shape) for each in node.keras_inputs}) > 1:
                return True
        if isinstance(layer, keras.Model) and _spreads(layer):
            return True
    return False
