"""Layers that cannot be seen, copied or trained, each refused in one line."""

import pytest

from lth_keras import models
from lth_keras.compat import keras, tf
from lth_keras.errors import ConfigurationError

L = keras.layers


class Closed(L.Layer):
    """A layer that cannot be built again: its argument is not in its configuration."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        raise NotImplementedError


def closed(input_shape, classes):
    x = keras.Input(input_shape)
    return keras.Model(x, L.Dense(classes)(Closed(2.0)(x)))


class Subclassed(keras.Model):
    def call(self, inputs):
        return inputs


def around_a_subclassed_one(input_shape, classes):
    x = keras.Input(input_shape)
    return keras.Model(x, L.Dense(classes)(Subclassed()(x)))


def table_of_positions(input_shape, classes):
    x = keras.Input(input_shape)
    y = L.Dense(4)(x) + L.Embedding(1, 4, name="places")(tf.range(1))
    return keras.Model(x, L.Dense(classes)(y))


def with_a_memory(input_shape, classes):
    x = keras.Input(input_shape, batch_size=6)
    y = L.SimpleRNN(3, stateful=True, name="memory")(L.Reshape((5, 1))(x))
    return keras.Model(x, L.Dense(classes)(y))


def for_six(input_shape, classes):
    x = keras.Input(input_shape, batch_size=6)
    return keras.Model(x, L.Dense(classes)(x))


@pytest.mark.parametrize("build, message", [
    (closed, r"layer 'closed' \(Closed\) of the model closed cannot be copied"),
    (around_a_subclassed_one, r"contains a subclassed Keras model \(Subclassed\)"),
    (table_of_positions, "'places/embeddings' was called on a constant"),
    (with_a_memory, "layer 'memory' of the model with_a_memory is stateful"),
    (for_six, "takes batches of 6 examples only"),
])
def test_refused(build, message):
    with pytest.raises(ConfigurationError, match=message) as error:
        models.build(build, (5,), 3)
    assert "\n" not in str(error.value)
