"""A model's variables by name: 'layer/kernel', 'layer/bias', 'block/layer/gamma', …"""

from lth_keras.compat import PruneLowMagnitude, keras
from lth_keras.errors import ConfigurationError


def walk(model, prefix=""):
    """Yields (path, layer) for each layer that is no model; nested models prefix their name.

    A wrapped layer is yielded as its wrapper, under the wrapped layer's own name: names must not
    depend on whether a layer is wrapped.
    """
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from walk(layer, f"{prefix}{layer.name}/")
        else:
            inner = layer.layer if isinstance(layer, PruneLowMagnitude) else layer
            yield prefix + inner.name, layer


def named_variables(model):
    """{'layer/kernel': variable} of a plain or wrapped model, without TFMOT's own variables.

    Raises:
      ConfigurationError: two layers, in different nested models, would share a name.
    """
    named = {}
    for path, layer in walk(model):
        inner = layer.layer if isinstance(layer, PruneLowMagnitude) else layer
        for variable in inner.weights:
            key = f"{path}/{_short(variable, inner)}"
            if key in named and named[key] is not variable:
                raise ConfigurationError(
                    f"two variables of the model are both called {key!r}; give layers unique names"
                )
            named[key] = variable
    return named


def snapshot(variables):
    """{key: NumPy copy} of {key: variable}; never an alias of what training goes on to change."""
    return {key: variable.numpy().copy() for key, variable in variables.items()}


def _short(variable, layer):
    # 'dense/kernel:0' -> 'kernel'; layers of layers (RNN cells, …) keep their inner path.
    parts = variable.name.split(":")[0].split("/")
    if layer.name in parts:
        inner = parts[len(parts) - parts[::-1].index(layer.name):]
        return "/".join(inner) or parts[-1]
    return parts[-1]
