"""Building a model from its function, and drawing its initialisation from a seed."""

import random

import numpy as np

from lth_keras.compat import keras, keras_backend, tf
from lth_keras.errors import ConfigurationError
from lth_keras.keras3 import counted_names, is_keras3, to_keras3, to_tf_keras


def build(model_fn, input_shape, outputs, **arguments):
    """Calls `model_fn(input_shape, num_outputs, …)` and checks what comes back.

    Layer names that Keras makes up are counted from zero at each call: equal calls give equal
    names, and so equal keys in every file. A Keras 3 model is rebuilt in tf_keras with its weights.

    Args:
      model_fn: the model function.
      input_shape: of one example.
      outputs: shape of one example's outputs, or its size where it has one axis. The function is
        told the last axis: for classification the number of classes.
      **arguments: further ones of the function.

    Returns:
      The tf_keras model, built, from [batch, *input_shape] to [batch, *outputs].

    Raises:
      ConfigurationError: the function fails on these shapes, or returns something that is no
        functional or Sequential Keras model with such an output.
    """
    name = getattr(model_fn, "__name__", repr(model_fn))
    model = _called(model_fn, name, input_shape, outputs, arguments)
    if is_keras3(model):
        model = to_tf_keras(model)
    if not isinstance(model, keras.Model):
        raise ConfigurationError(
            f"the model {name} returned a {type(model).__module__}.{type(model).__name__}; "
            "expected a Keras model, of tf_keras (lth_keras.compat.keras) or of Keras 3 (keras)"
        )
    subclassed = _find_subclassed(model)
    if subclassed is not None:
        verb = "is" if subclassed is model else "contains"
        raise ConfigurationError(
            f"the model {name} {verb} a subclassed Keras model ({type(subclassed).__name__}), "
            "whose layers cannot be seen and wrapped; write it with the functional API or as "
            "keras.Sequential"
        )
    expected = (None, *_shape(outputs))
    if not _fits(model.output_shape, expected):
        raise ConfigurationError(
            f"the model {name} has outputs of shape {model.output_shape}; expected {expected}, as "
            "the labels and the task ask for: for classification logits, without softmax"
        )
    return model


def build_keras3(model_fn, input_shape, outputs, **arguments):
    """The Keras 3 model of `model_fn`: its own where it gives one, or its tf_keras model rebuilt.

    Raises:
      ConfigurationError: as `build`'s; or a layer has no counterpart in Keras 3.
    """
    name = getattr(model_fn, "__name__", repr(model_fn))
    model = _called(model_fn, name, input_shape, outputs, arguments)
    if is_keras3(model):
        return model
    return to_keras3(build(model_fn, input_shape, outputs, **arguments))


def _shape(outputs):
    return (outputs,) if isinstance(outputs, int) else tuple(outputs)


def _fits(shape, expected):
    """Whether a model's output shape is the expected one; an axis left open may be any."""
    return isinstance(shape, tuple) and len(shape) == len(expected) and all(
        size in (None, wanted) for size, wanted in zip(shape, expected, strict=True))


def _called(model_fn, name, input_shape, outputs, arguments):
    """What the model's function returns; a Sequential model is told its input's shape."""
    num_outputs = _shape(outputs)[-1]
    keras.backend.reset_uids()
    try:
        with counted_names():
            model = model_fn(tuple(input_shape), num_outputs, **arguments)
            if isinstance(model, keras.Sequential) or (is_keras3(model) and not model.built):
                model.build((None, *input_shape))
    except (TypeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ConfigurationError(
            f"the model {name} cannot be built for inputs of shape {tuple(input_shape)} and "
            f"{num_outputs} outputs{f' with {arguments}' if arguments else ''}: {reason}"
        ) from error
    return model


def _find_subclassed(model):
    """The model, or the first one nested in it, that is no graph of layers; or None."""
    if not getattr(model, "_is_graph_network", False):
        return model
    nested = (_find_subclassed(layer) for layer in model.layers if isinstance(layer, keras.Model))
    return next((found for found in nested if found is not None), None)


class _GlobalRandomState:
    """Seeds the global generators of Python, NumPy, Keras and TensorFlow, and gives all but
    TensorFlow's back.

    Keras initializers without a seed of their own draw from them: from Keras's own, where
    somebody has called `keras.utils.set_random_seed`, otherwise from Python's.
    """

    def __init__(self, seed):
        self._seed = seed

    def __enter__(self):
        self._python, self._numpy = random.getstate(), np.random.get_state()
        self._keras = getattr(keras_backend._SEED_GENERATOR, "generator", None)
        random.seed(self._seed)
        np.random.seed(self._seed % 2**32)
        keras_backend._SEED_GENERATOR.generator = None
        tf.random.set_seed(self._seed)

    def __exit__(self, *_):
        random.setstate(self._python)
        np.random.set_state(self._numpy)
        keras_backend._SEED_GENERATOR.generator = self._keras


def build_seeded(model_fn, input_shape, outputs, seed, **arguments):
    """`build`, with every initializer that has no seed of its own drawing from `seed`."""
    with _GlobalRandomState(seed):
        return build(model_fn, input_shape, outputs, **arguments)
