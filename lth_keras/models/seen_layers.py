"""Checks that every layer of a model can be seen from outside, copied and pruned."""

from lth_keras.compat import OperatorLayer, keras, tf
from lth_keras.errors import ConfigurationError


def refuse_unseen(model, name):
    """Checks that a model is a graph of layers, and that each can be built again from its config.

    Args:
      model: a Keras model.
      name: its function's, for messages.

    Raises:
      ConfigurationError: it is, or contains, a subclassed model; a layer cannot be copied, or
        keeps a state from batch to batch; or the size of the batch is fixed.
    """
    subclassed = _find_subclassed(model)
    if subclassed is not None:
        verb = "is" if subclassed is model else "contains"
        raise ConfigurationError(
            f"the model {name} {verb} a subclassed Keras model ({type(subclassed).__name__}), "
            "whose layers cannot be seen and wrapped; write it with the functional API or as "
            "keras.Sequential"
        )
    _refuse_fixed_batches(model, name)
    _refuse_borrowed(model, name)
    _refuse_adapted(model, name)
    for layer in _layers(model):
        try:
            layer.get_config()
        except (NotImplementedError, TypeError, ValueError) as error:
            raise ConfigurationError(
                f"layer {layer.name!r} ({type(layer).__name__}) of the model {name} cannot be "
                "copied: it has no get_config(); expected one that gives every argument of its "
                "__init__, and those of keras.layers.Layer by super().get_config()"
            ) from error


def _refuse_borrowed(model, name):
    """Checks that no operation reads a variable: the model would be copied without it."""
    for layer in _layers(model):
        if not isinstance(layer, OperatorLayer):
            continue
        for node in layer.inbound_nodes:
            for value in tf.nest.flatten((node.call_args, node.call_kwargs)):
                if isinstance(value, tf.Variable):
                    raise ConfigurationError(
                        f"the operation {layer.name!r} of the model {name} reads the variable "
                        f"{value.name.split(':')[0]!r} itself, which cannot be copied with the "
                        "model: weights that two layers share (weight tying) are not supported; "
                        "expected operations on outputs of layers: give that place a layer with "
                        "weights of its own, or call one layer twice")


def _refuse_adapted(model, name):
    """Checks that no Normalization has measured its data: a copy of it would not know them."""
    for layer in _layers(model):
        if isinstance(layer, keras.layers.Normalization) and layer.input_mean is None and (
                layer.built and int(layer.count)):
            raise ConfigurationError(
                f"layer {layer.name!r} (Normalization) of the model {name} was adapted to data, "
                "and a copy of it would not know them; expected the numbers as its arguments, "
                "Normalization(mean=…, variance=…), or none of it and the mean and std of "
                "find_ticket or Dataset")


def _refuse_fixed_batches(model, name):
    stateful = [layer.name for layer in _layers(model) if getattr(layer, "stateful", False)]
    if stateful:
        raise ConfigurationError(
            f"layer {stateful[0]!r} of the model {name} is stateful: what it gives depends on the "
            "batch before, whose examples are others in each epoch; expected stateful=False"
        )
    fixed = [tensor.shape[0] for tensor in model.inputs if tensor.shape[0] is not None]
    if fixed:
        raise ConfigurationError(
            f"the model {name} takes batches of {fixed[0]} examples only; expected any number, as "
            "keras.Input(input_shape) does without a batch_size"
        )


def refuse_constants(model, name, made):
    """Checks that no layer was called on a constant, whose weights would be left out of the model.

    `Embedding(n)(tf.range(n))` computes a table once. The model then holds the result as a
    constant, and the layer is not a part of the model.

    Args:
      model, name: as `refuse_unseen`'s.
      made: every variable that was made while the model was built.

    Raises:
      ConfigurationError: a layer was; it names the layer's weights.
    """
    own = {_identity(variable) for variable in model.weights}
    left_out = [
        variable for variable in made
        if variable.trainable and len(variable.shape) > 1 and _identity(variable) not in own
    ]
    if not left_out:
        return
    for layer, value in _constants(model):
        for variable in left_out:
            if variable.shape[-1] == value.shape[-1]:
                raise ConfigurationError(
                    f"the model {name} has in {layer.name!r} a constant of shape "
                    f"{tuple(value.shape)}: {variable.name.split(':')[0]!r} was called on a "
                    "constant, so that its weights are no part of the model, neither trained nor "
                    "pruned; call that layer on something made of the model's input, such as "
                    "tf.range(tf.shape(x)[1])"
                )


def _find_subclassed(model):
    """The model itself or the first nested model that is not a graph of layers; or None."""
    if not getattr(model, "_is_graph_network", False):
        return model
    nested = (_find_subclassed(layer) for layer in model.layers if isinstance(layer, keras.Model))
    return next((inner for inner in nested if inner is not None), None)


def _layers(model):
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _layers(layer)
        else:
            yield layer


def _constants(model):
    """(layer, tensor) of each table of numbers that a layer of the model is called with."""
    for layer in _layers(model):
        for node in layer.inbound_nodes:
            for value in tf.nest.flatten((node.call_args, node.call_kwargs)):
                if isinstance(value, tf.Tensor) and value.dtype.is_floating and len(
                        value.shape) > 1:
                    yield layer, value


def _identity(variable):
    return id(getattr(variable, "_variable", variable))
