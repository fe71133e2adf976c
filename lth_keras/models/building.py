"""Building a model from its function, and drawing its initialisation from a seed."""

import dataclasses
import random

import numpy as np

from lth_keras.compat import keras, keras_backend, tf
from lth_keras.errors import ConfigurationError, RunError, first_line
from lth_keras.keras3 import counted_names, is_keras3, of_one_output, to_keras3, to_tf_keras
from lth_keras.models.model_interface import ModelInterface, joined
from lth_keras.models.seen_layers import refuse_constants, refuse_unseen


def build(model_fn, input_shape, outputs, interface=ModelInterface(), **arguments):
    """Calls `model_fn(input_shape, num_outputs, …)`, checks its model, and joins it to the data.

    Layer names that Keras makes up are counted from zero at each call: equal calls give equal
    names, and so equal keys in every file. A Keras 3 model is rebuilt in tf_keras with its weights.

    Args:
      model_fn: the model function.
      input_shape: of one example; of several arrays, those of `interface.inputs` are taken.
      outputs: shape of one example's outputs, or its size where it has one axis. The function is
        told the last axis: for classification the number of classes.
      interface: `ModelInterface`.
      **arguments: further ones of the function.

    Returns:
      The tf_keras model, built, from [batch, *input_shape] to [batch, *outputs].

    Raises:
      ConfigurationError: the function fails on these shapes, or returns something that is no
        functional or Sequential Keras model with such inputs and such an output.
    """
    name = getattr(model_fn, "__name__", repr(model_fn))
    outputs = _shape(outputs)
    model, made = _called(model_fn, name, input_shape, outputs, interface, arguments)
    if is_keras3(model):
        model, made = to_tf_keras(model), []
    if not isinstance(model, keras.Model):
        raise ConfigurationError(
            f"the model {name} returned a {type(model).__module__}.{type(model).__name__}; "
            "expected a Keras model, of tf_keras (lth_keras.compat.keras) or of Keras 3 (keras)"
        )
    refuse_unseen(model, name)
    refuse_constants(model, name, made)
    return joined(model, interface, tuple(input_shape), outputs, name)


def build_keras3(model_fn, input_shape, outputs, interface=ModelInterface(), **arguments):
    """The Keras 3 model of `model_fn`: its own where it gives one, or its tf_keras model rebuilt.

    Raises:
      ConfigurationError: as `build`'s; or a layer has no counterpart in Keras 3.
    """
    name = getattr(model_fn, "__name__", repr(model_fn))
    model, _ = _called(model_fn, name, input_shape, _shape(outputs), interface, arguments)
    if is_keras3(model):
        return of_one_output(model, interface.output)
    interface = dataclasses.replace(interface, as_written=True)
    return to_keras3(build(model_fn, input_shape, outputs, interface, **arguments))


def _shape(outputs):
    return (outputs,) if isinstance(outputs, int) else tuple(outputs)


def _called(model_fn, name, input_shape, outputs, interface, arguments):
    """(model that the function returns, all variables that were made meanwhile).

    A Sequential model is built for its input's shape.
    """
    shape = tuple(input_shape) if interface.inputs is None else interface.inputs.shapes
    made = []

    def note(make, **options):
        made.append(make(**options))
        return made[-1]

    keras.backend.reset_uids()
    try:
        with counted_names(), tf.variable_creator_scope(note):
            model = model_fn(shape, outputs[-1], **arguments)
            if isinstance(model, keras.Sequential) or (is_keras3(model) and not model.built):
                model.build((None, *shape))
    except (ConfigurationError, RunError):
        raise
    except Exception as error:  # noqa: BLE001 - a user's function may fail in any way.
        raise ConfigurationError(
            f"the model {name} cannot be built for inputs of shape {shape} and "
            f"{outputs[-1]} outputs{f' with {arguments}' if arguments else ''}: "
            f"{first_line(error)}"
        ) from error
    return model, made


class _GlobalRandomState:
    """Seeds the global random generators of Python, NumPy, Keras and TensorFlow.

    At the end it restores the first three; TensorFlow's stays seeded.

    Keras initializers without a seed of their own draw from these: from Keras's generator if
    `keras.utils.set_random_seed` was called, otherwise from Python's.
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


def build_seeded(model_fn, input_shape, outputs, seed, interface=ModelInterface(), **arguments):
    """As `build`; initializers without a seed of their own draw from `seed`."""
    with _GlobalRandomState(seed):
        return build(model_fn, input_shape, outputs, interface, **arguments)
