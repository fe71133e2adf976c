"""Checks by one forward pass that the wrapped network computes the same as the plain model.

Both have the same weights and get the same few examples, in inference and in training mode.
Anything that the wrapping loses changes outputs or gradients, and is reported before anything is
trained or written.
"""

import contextlib
import dataclasses

import numpy as np
from absl import logging

from lth_keras import pruning
from lth_keras.compat import keras, tf
from lth_keras.errors import ConfigurationError, RunError, first_line
from lth_keras.tasks import BinaryClassification, Classification, LanguageModel
from lth_keras.tasks.weighting import mean
from lth_keras.training import LayerChance
from lth_keras.variables import named_variables, walk

_EXAMPLES = 8
_SEED = 1
# Allowed difference, as a share of the largest value: sums may be added in another order.
_TOLERANCE = 1e-3


def check_forward(context):
    """Checks the experiment's network on a few training examples.

    Warns if the outputs are probabilities, because the loss applies a softmax itself.

    Args:
      context: `Context`.

    Raises:
      ConfigurationError: the model cannot be called on the data, or the wrapped model computes
        something else.
    """
    experiment, data = context.experiment, context.data
    model, weights = context.plain, context.initial_weights(1)
    start, stop = data.splits["train"]
    stop = min(stop, start + min(_EXAMPLES, experiment.batch_size))
    examples = np.asarray(data.normalize(data.images[start:stop]), np.float32)
    _refuse_fractions(context, examples)
    images = tf.constant(examples)
    labels = tf.constant(data.labels[start:stop])
    counts = None if data.weights is None else tf.constant(data.weights[start:stop])
    chance = LayerChance(model)
    batch = images, labels, counts
    with _embeddings_take_whole_numbers(model.name):
        expected = _computed(model, chance, weights, batch, "the model", context)
    expected_shape = (stop - start, *data.output_shape)
    if expected["outputs"].shape != expected_shape:
        raise ConfigurationError(
            f"the model {model.name!r} gives outputs of shape {expected['outputs'].shape} for "
            f"{stop - start} examples; expected {expected_shape}"
        )
    if context.replicas.strategy is None:
        wrapped, wrapped_chance = context.trainer().model, context.trainer().chance
    else:
        wrapped = pruning.wrap(
            model, context.schedule, experiment.never_prune, experiment.also_prune)
        wrapped_chance = LayerChance(wrapped)
    by_wrapped = _computed(
        wrapped, wrapped_chance, weights, batch, "the model, wrapped for pruning,", context)
    again = _computed(model, chance, weights, batch, "the model", context)
    for name, value in expected.items():
        # Layers with their own random numbers, which take no seed, cannot be compared.
        if _agree(value, again[name]) and not _agree(value, by_wrapped.get(name)):
            raise ConfigurationError(_difference(name, value, by_wrapped.get(name), model))
    if isinstance(data.task, (Classification, BinaryClassification, LanguageModel)):
        _warn_of_probabilities(model, expected["outputs"])


def _refuse_fractions(context, examples):
    """Refuses fractions for inputs of whole numbers, to which Keras would cut them."""
    inputs = context.data.inputs
    if inputs is None:
        model, given = context.plain, [examples]
    else:
        model = context.build(interface=dataclasses.replace(context.interface, as_written=True))
        given = unpacked = inputs.unpack(examples)
        if inputs.form == "dict":
            given = [unpacked[name] for name in model.input_names]
    for tensor, values in zip(model.inputs, given, strict=True):
        if tensor.dtype.is_integer:
            _check_whole(values, f"an input of {tensor.dtype.name}", model.name)


def _check_whole(values, taker, name):
    fractions = values[values != np.floor(values)]
    if fractions.size:
        raise ConfigurationError(
            f"the model {name!r} takes whole numbers, in {taker}, and is given "
            f"{fractions[0]:.3g}: examples of uint8 are divided by 255, as pixels, and mean "
            "and std are applied; give tokens as x.astype('int32'), without mean and std"
        )


@contextlib.contextmanager
def _embeddings_take_whole_numbers(name):
    """Refuses at its end what any `Embedding` was given in it, if these were fractions."""
    look_up, looked_up = keras.layers.Embedding.call, []

    def call(self, inputs):
        if tf.is_tensor(inputs) and inputs.dtype.is_floating and hasattr(inputs, "numpy"):
            looked_up.append((self.name, inputs.numpy()))
        return look_up(self, inputs)

    keras.layers.Embedding.call = call
    try:
        yield
    finally:
        keras.layers.Embedding.call = look_up
    for layer, values in looked_up:  # Keras would make several lines of an error within the call.
        _check_whole(values, f"the Embedding {layer!r}", name)


def _computed(model, chance, weights, batch, what, context):
    """{'outputs', 'training outputs', 'gradient of KEY', …}: arrays."""
    variables = named_variables(model)
    images, labels, counts = batch
    try:
        for key, value in weights.items():
            variables[key].assign(value)
        outputs = model(images, training=False)
        tf.random.set_seed(_SEED)
        with chance.at(tf.constant([_SEED, 0])), tf.GradientTape() as tape:
            trained = model(images, training=True)
            loss = mean(*context.task.loss(labels, tf.cast(trained, tf.float32), counts))
            loss = tf.add_n([loss, *model.losses])
        gradients = tape.gradient(
            loss, model.trainable_variables, unconnected_gradients="zero")
    except (ConfigurationError, RunError):
        raise
    except Exception as error:  # noqa: BLE001 - a user's layer may fail in any way.
        raise ConfigurationError(
            f"{what} {model.name!r} cannot be called on examples of shape "
            f"{_shape(context.data)}: {first_line(error)}"
        ) from error
    keys = {id(variable): key for key, variable in variables.items()}
    computed = {"outputs": outputs, "training outputs": trained}
    for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
        key = keys.get(id(variable), variable.name)
        computed[f"gradient of {key}"] = tf.convert_to_tensor(gradient)
    return {name: np.asarray(tf.cast(value, tf.float32)) for name, value in computed.items()}


def _shape(data):
    return data.inputs.shapes if data.inputs else data.input_shape


def _agree(value, other):
    if other is None or value.shape != other.shape:
        return False
    finite = np.isfinite(value)
    if not np.array_equal(finite, np.isfinite(other)):
        return False
    scale = np.max(np.abs(value), where=finite, initial=1e-6)
    return bool(np.all(np.abs(value - other)[finite] <= _TOLERANCE * scale))


def _difference(name, value, other, model):
    custom = [
        f"{path!r} ({type(layer).__name__})" for path, layer in walk(model)
        if not pruning.is_built_in(layer)
    ]
    if other is None or value.shape != other.shape:
        differs = f"{name} is not there, or of another shape"
    else:
        differs = f"{name} differs by {np.nanmax(np.abs(value - other)):.3g}"
    suspects = f", and that the get_config of {', '.join(custom[:3])} gives all of its arguments" \
        if custom else ""
    return (
        f"the model {model.name!r} computes something else once its layers are wrapped for "
        f"pruning: {differs}; expected equal numbers: see that no layer changes itself when it is "
        f"called{suspects}; to leave a layer unwrapped, name it in Experiment.never_prune"
    )


def _warn_of_probabilities(model, outputs):
    layer = _last_layer(model)
    activation = getattr(getattr(layer, "activation", None), "__name__", "")
    is_sum_one = np.all(outputs >= 0) and np.allclose(outputs.sum(-1), 1, atol=1e-3)
    if (is_sum_one and outputs.shape[-1] > 1) or activation == "sigmoid":
        logging.warning(
            "the outputs of layer %r are probabilities already (%s), and the loss makes "
            "probabilities of logits itself: the network learns through both, slowly; end the "
            "model with logits, without an activation", layer.name,
            activation or "they sum to one")


def _last_layer(model):
    """The layer that gives the model's outputs, without the operations that join it to the task."""
    layer = model.outputs[0]._keras_history.layer
    while isinstance(layer, keras.Model):
        layer = layer.outputs[0]._keras_history.layer
    if layer.weights or hasattr(layer, "activation"):
        return layer
    before = layer.inbound_nodes[0].parent_nodes if layer.inbound_nodes else ()
    return before[0].layer if len(before) == 1 and type(layer).__name__ == "TFOpLambda" else layer
