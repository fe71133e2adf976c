"""Rebuilds a model of one Keras in the other, layer by layer with its weights, and tests it."""

from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError
from lth_keras.keras3.library import KERAS_3, TF_KERAS
from lth_keras.keras3.same_outputs import check_same_outputs
from lth_keras.keras3.translated_configs import one_line, twin_of

# Options that give a layer of Keras 3 the masks of its inputs; in tf_keras the tensors have them.
_IMPLICIT = ("mask", "query_mask", "value_mask", "key_mask")


class _NotRebuiltError(ConfigurationError):
    """A tensor is needed that could not be rebuilt."""


def to_tf_keras(model):
    """The tf_keras model that computes the same as a Keras 3 model.

    Args:
      model: functional or Sequential, of built-in layers, nested ones too; left as it is.

    Returns:
      A functional or Sequential tf_keras model with the same layer names and weights, whose
      outputs on one batch were compared with the Keras 3 model's.

    Raises:
      ConfigurationError: it names the layer that has no counterpart, or the outputs differ.
    """
    twin, _ = rebuild(model, KERAS_3, TF_KERAS)
    check_same_outputs(model, twin, KERAS_3, TF_KERAS)
    return twin


def to_keras3(model):
    """The Keras 3 model that computes the same as a plain tf_keras model; see `to_tf_keras`."""
    twin, _ = rebuild(model, TF_KERAS, KERAS_3)
    check_same_outputs(model, twin, TF_KERAS, KERAS_3)
    return twin


def of_one_output(model, output):
    """A Keras 3 model with the layers that one of its outputs needs; unchanged if it has one only.

    Args:
      model: functional or Sequential; it shares its layers with what is returned.
      output: the output's name, that of its layer or its key.
    """
    if output is None or len(model.outputs) == 1:
        return model
    given = KERAS_3.outputs(model)
    named = given if isinstance(given, dict) else dict(
        zip(_told_apart(model.output_names), model.outputs, strict=True))
    return KERAS_3.keras.Model(KERAS_3.inputs(model), named[output], name=model.name)


def _told_apart(names):
    """Names of outputs as tf_keras numbers equal ones: 'head', 'head_1'."""
    told, numbers = [], {}
    for name in names:
        each = name
        while each in told:
            numbers[name] = numbers.get(name, 0) + 1
            each = f"{name}_{numbers[name]}"
        told.append(each)
    return told


def rebuild(model, source, target):
    """`model` in the other library, not tested.

    Args:
      model: of the library `source`.
      source, target: `TF_KERAS` and `KERAS_3`, or the other way round.

    Returns:
      The new model, and pairs (variable of `model`, variable of the new model), by layers.

    Raises:
      ConfigurationError: a layer has no counterpart.
    """
    pairs = []
    twin = _model(model, source, target, pairs)
    for old, new in pairs:
        new.assign(source.array(old))
    return twin, pairs


def _model(model, source, target, pairs):
    if not source.is_graph(model):
        raise ConfigurationError(
            f"the {source.name} model {model.name!r} ({type(model).__name__}) is no functional "
            "model and no built Sequential, so that its layers cannot be seen; write it with "
            "keras.Model(inputs, outputs) or as keras.Sequential with a keras.Input"
        )
    if isinstance(model, source.keras.Sequential):
        return _sequential(model, source, target, pairs)
    made, tensors = {}, {}
    for call in source.calls(model):
        try:
            if id(call.layer) not in made:
                made[id(call.layer)] = _layer(call.layer, source, target, pairs)
            twin = made[id(call.layer)]
            if isinstance(call.layer, source.keras.layers.InputLayer):
                results = [twin]
            else:
                results = _called(twin, call, tensors, source, target, pairs)
        except ConfigurationError as error:
            if isinstance(call.layer, source.keras.layers.Layer):
                raise
            # An operation may compute a mask, which the layers of tf_keras pass on by themselves.
            # It is refused only if something else needs its result.
            results = [error] * len(call.outputs)
        for old, new in zip(call.outputs, results, strict=True):
            tensors[id(old)] = new
    inputs, outputs = (
        tf.nest.map_structure(lambda each: _twin_tensor(each, tensors), structure)
        for structure in (source.inputs(model), source.outputs(model))
    )
    return target.keras.Model(inputs, outputs, name=model.name)


def _sequential(model, source, target, pairs):
    twins = [_input(model.inputs[0], target)]
    for layer in model.layers:
        twin = _layer(layer, source, target, pairs)
        twins.append(twin)
    made = target.keras.Sequential(twins, name=model.name)
    for layer, twin in zip(model.layers, twins[1:], strict=True):
        _pair(layer, twin, source, target, pairs)
    return made


def _layer(layer, source, target, pairs):
    if isinstance(layer, source.keras.layers.InputLayer):
        return _input(layer.output, target, layer.name)
    if isinstance(layer, source.keras.Model):
        return _model(layer, source, target, pairs)
    return twin_of(layer, source, target)


def _input(tensor, target, name=None):
    kind = getattr(tensor.dtype, "name", tensor.dtype)
    return target.keras.Input(batch_shape=tuple(tensor.shape), dtype=kind, name=name)


def _called(twin, call, tensors, source, target, pairs):
    """Symbolic outputs of the twin on the twins of what the layer was called with."""
    def replaced(values):
        return tf.nest.map_structure(lambda each: _twin_tensor(each, tensors), values)

    arguments, options = list(call.arguments), {}
    if not isinstance(call.layer, source.keras.layers.Layer):
        if any(id(each) not in tensors for each in arguments):
            raise ConfigurationError(
                f"{call.layer.name!r} ({type(call.layer).__name__}) of the {source.name} model "
                "computes with a constant; write it as a built-in layer, such as Rescaling"
            )
        arguments = [arguments]  # An operation takes x and y, a layer [x, y].
    for name, value in call.options.items():
        # Keras 3 stores the value that `training` had while the model was built; nobody chose it.
        if name == "training" or value is None:
            continue
        try:
            options[name] = replaced(value)
        except _NotRebuiltError:
            if name not in _IMPLICIT:
                raise
    try:
        outputs = twin(*replaced(arguments), **options)
    except (TypeError, ValueError, AttributeError) as error:
        raise ConfigurationError(
            f"layer {call.layer.name!r} ({type(call.layer).__name__}) of the {source.name} model "
            f"cannot be called in {target.name} as it is there: {one_line(error)}"
        ) from error
    _pair(call.layer, twin, source, target, pairs)
    return tf.nest.flatten(outputs)


def _twin_tensor(value, tensors):
    """The twin of a symbolic tensor; anything else unchanged."""
    twin = tensors.get(id(value), value)
    if isinstance(twin, ConfigurationError):
        raise _NotRebuiltError(str(twin))
    return twin


def _pair(layer, twin, source, target, pairs):
    """Adds the pairs of a layer's and its twin's variables, once for a layer that is used twice."""
    if isinstance(layer, source.keras.Model) or not hasattr(layer, "weights"):
        return
    ours, theirs = source.weights(layer), target.weights(twin)
    if any(old is ours[0] for old, _ in pairs) if ours else False:
        return
    shapes = [[tuple(each.shape) for each in side] for side in (ours, theirs)]
    if shapes[0] != shapes[1]:
        raise ConfigurationError(
            f"layer {layer.name!r} ({type(layer).__name__}) has variables of shapes {shapes[0]} in "
            f"{source.name} and {shapes[1]} in {target.name}; it cannot be rebuilt"
        )
    pairs += zip(ours, theirs, strict=True)
