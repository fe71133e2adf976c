"""A model's variables by name: 'layer/kernel', 'layer/bias', 'block/layer/gamma', …"""

from lth_keras.compat import PruneLowMagnitude, keras
from lth_keras.errors import ConfigurationError

# The names of Keras's attention for its projections, and ours.
_SHORT = {
    "_query_dense": "query", "_key_dense": "key", "_value_dense": "value",
    "_output_dense": "output",
}


def walk(model, prefix=""):
    """Yields (path, layer) for each layer that is not a model; a nested model's name is put before.

    A wrapped layer is yielded as its wrapper, under the wrapped layer's own name: names must not
    depend on whether a layer is wrapped.
    """
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from walk(layer, f"{prefix}{layer.name}/")
        else:
            yield prefix + plain(layer).name, layer


def plain(layer):
    """The layer itself, without TFMOT's wrapper."""
    return layer.layer if isinstance(layer, PruneLowMagnitude) else layer


def parts(layer, path=""):
    """Yields (path, part) for a layer and all layers inside it.

    The layer's own path is ''. A part has the name of the attribute that holds it, 'cell/' in an
    LSTM, 'forward_layer/cell/' in a Bidirectional one, 'query/' in an attention layer: Keras
    numbers the parts' own names anew in each copy of the layer.
    """
    yield path, layer
    if isinstance(layer, keras.Model):
        children = [(each, each.name) for each in layer.layers]
    else:
        names = _attributes(layer)
        children = [
            (each, names.get(id(each), each.name))
            for each in layer._flatten_layers(recursive=False, include_self=False)
        ]
    for child, name in children:
        yield from parts(child, f"{path}{name}/")


def layer_variables(layer):
    """{'kernel': variable, 'cell/recurrent_kernel': …} of one built layer and all its parts.

    Raises:
      ConfigurationError: two of its variables would share a name.
    """
    named, known = {}, set()
    held = [(path, variable) for path, part in parts(layer)
            for variable in part._trainable_weights + part._non_trainable_weights]
    for index, (path, variable) in enumerate(held):
        # A layer may hold the kernel of the layer inside it too, as SpectralNormalization does. The
        # layer inside comes later.
        if not any(inner.startswith(path) and other is variable
                   for inner, other in held[index + 1:]):
            _enter(named, path + _short(variable), variable, layer.name)
        known.add(id(variable))
    for variable in layer.weights:  # Variables that no attribute of the layer holds.
        if id(variable) not in known:
            _enter(named, _short(variable), variable, layer.name)
    return named


def named_variables(model):
    """{'layer/kernel': variable} of a plain or wrapped model, without TFMOT's own variables.

    Raises:
      ConfigurationError: two layers, in different nested models, would share a name.
    """
    named = {}
    for path, layer in walk(model):
        for name, variable in layer_variables(plain(layer)).items():
            key = f"{path}/{name}"
            if key in named and named[key] is not variable:
                raise ConfigurationError(
                    f"two variables of the model are both called {key!r}; give layers unique names"
                )
            named[key] = variable
    return named


def snapshot(variables):
    """{key: NumPy copy} of {key: variable}; later training does not change the copies."""
    return {key: variable.numpy().copy() for key, variable in variables.items()}


def check_fits(weights, variables):
    """Checks that `weights` are those of a model with `variables`: same keys, same shapes.

    Raises:
      ConfigurationError: names the first key that is missing, left over, or of another shape.
    """
    for key in variables:
        if key not in weights:
            raise ConfigurationError(f"the weights have no {key!r}, which the model needs")
    for key, array in weights.items():
        if key not in variables:
            raise ConfigurationError(f"the weights have {key!r}, which the model has not")
        if tuple(variables[key].shape) != array.shape:
            raise ConfigurationError(
                f"the weights of {key!r} have shape {array.shape}; the model's have "
                f"{tuple(variables[key].shape)}"
            )


def _attributes(layer):
    """{id(part): name} of the parts that a layer's attributes hold, in lists and dicts too."""
    names = {}
    for attribute, value in vars(layer).items():
        if attribute.startswith("_self_"):
            continue  # Keras's own lists of the parts.
        name = _SHORT.get(attribute, attribute.lstrip("_"))
        if isinstance(value, keras.layers.Layer):
            names.setdefault(id(value), name)
        elif isinstance(value, (list, tuple)):
            for index, each in enumerate(value):
                if isinstance(each, keras.layers.Layer):
                    names.setdefault(id(each), f"{name}_{index}")
        elif isinstance(value, dict):
            for key, each in value.items():
                if isinstance(each, keras.layers.Layer):
                    names.setdefault(id(each), f"{name}_{key}")
    return names


def _enter(named, name, variable, layer):
    if name in named and named[name] is not variable:
        raise ConfigurationError(
            f"two variables of layer {layer!r} are both called {name!r}; give each its own name "
            "in add_weight(…)"
        )
    named[name] = variable


def _short(variable):
    # 'dense/kernel:0' -> 'kernel', whatever scopes the layer was built in.
    return variable.name.split(":")[0].rsplit("/", 1)[-1]
