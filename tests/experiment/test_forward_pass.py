"""Errors that one forward pass finds: one line each, before anything is written."""

import numpy as np
import pytest

import lth_keras
from lth_keras.compat import keras, tf
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.training import SGD

L = keras.layers
RANDOM = np.random.default_rng(1)
QUICK = {"rounds": 1, "rate": 0.5, "duration": "2it", "batch_size": 6, "progress": False,
         "jit": False, "validation": 0}


def data(classes=3, size=5):
    x, y = RANDOM.normal(size=(24, size)).astype(np.float32), np.arange(24) % classes
    return (x, y), (x[:9], y[:9])


class Forgetful(L.Layer):
    """A layer with a configuration that lacks its factor."""

    def __init__(self, factor=1.0, **options):
        super().__init__(**options)
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return super().get_config()


class Closed(Forgetful):
    """A layer that cannot be built again: its argument is not in its configuration."""

    def __init__(self, factor):
        super().__init__(factor)

    def get_config(self):
        raise NotImplementedError


class Picky(L.Layer):
    """A layer that fails on the numbers of these data."""

    def call(self, inputs):
        tf.debugging.assert_less(inputs, -1e9)
        return tf.identity(inputs)


def around(layer, inputs=None):
    def build(input_shape, classes):
        x = given = keras.Input(input_shape if inputs is None else inputs)
        return keras.Model(given, L.Dense(classes, name="output")(layer()(x)), name="odd")

    return build


def two_inputs(input_shape, classes):
    one, other = keras.Input(input_shape), keras.Input(input_shape)
    return keras.Model([one, other], L.Dense(classes)(L.Add()([one, other])))


def two_outputs(input_shape, classes):
    x = keras.Input(input_shape)
    return keras.Model(x, [L.Dense(classes, name="a")(x), L.Dense(1, name="b")(x)])


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
    (around(lambda: Forgetful(2.0)), "computes something else once its layers are wrapped .*"
     r"differs by .*get_config of 'forgetful' \(Forgetful\)"),
    (around(lambda: Closed(2.0)), r"layer 'closed' \(Closed\) of the model build cannot be copied"),
    (around(Picky), "the model 'odd' cannot be called on examples of shape"),
    (around(L.ReLU, (6,)), r"takes inputs of shape \(None, 6\), and an example of the data has "
     r"the shape \(5,\)"),
    (two_inputs, "has 2 inputs, .*; give a tuple or a dict of arrays"),
    (two_outputs, "has the outputs a, b, and which one the labels are for is not said"),
    (table_of_positions, "'places/embeddings' was called on a constant"),
    (around(lambda: L.Dense(5, activation=lambda x: x.missing)), "cannot be built"),
    (with_a_memory, "layer 'memory' of the model with_a_memory is stateful"),
    (for_six, "takes batches of 6 examples only"),
], ids=["forgetful", "closed", "picky", "shape", "inputs", "outputs", "constant", "error",
        "memory", "batch"])
def test_a_model_that_does_not_work_is_refused_in_one_line(tmp_path, build, message):
    train, test = data()
    with pytest.raises(ConfigurationError, match=message) as error:
        lth_keras.find_ticket(build, train, test, output_dir=tmp_path / "runs", **QUICK)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("classes, units, activation, warned", [
    (3, 3, "softmax", True), (3, 3, None, False), (2, 1, "sigmoid", True), (2, 1, None, False)])
def test_probabilities_are_said_and_the_layer_named(tmp_path, caplog, classes, units, activation,
                                                    warned):
    def build(input_shape, _):
        return keras.Sequential([
            keras.Input(input_shape), L.Dense(4, "relu"), L.Dense(units, activation, name="end")])

    train, test = data(classes)
    with caplog.at_level("WARNING"):
        lth_keras.find_ticket(build, train, test, output_dir=tmp_path, **QUICK)
    assert ("outputs of layer 'end' are probabilities already" in caplog.text) == warned


def dense(input_shape, classes):
    return keras.Sequential([keras.Input(input_shape), L.Dense(classes, name="output")])


def test_a_dense_network_that_diverges_is_no_ticket(tmp_path):
    train, test = data()
    train = train[0] * 1e19, train[1]
    for _ in range(2):  # The second time it is read from the store.
        with pytest.raises(RunError, match="the dense network diverged: .*nothing to prune"):
            lth_keras.find_ticket(
                dense, train, test, output_dir=tmp_path, optimizer=SGD(1e30), **QUICK)
