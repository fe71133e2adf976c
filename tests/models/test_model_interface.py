"""Models of other inputs and outputs are joined to the data, or refused."""

import numpy as np
import pytest

from lth_keras import models
from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.models.model_interface import ModelInterface

L = keras.layers


def two_inputs(input_shape, classes):
    one, other = keras.Input(input_shape), keras.Input(input_shape)
    return keras.Model([one, other], L.Dense(classes)(L.Add()([one, other])))


def two_outputs(input_shape, classes):
    x = keras.Input(input_shape)
    return keras.Model(x, [L.Dense(classes, name="a")(x), L.Dense(1, name="b")(x)])


def for_six_inputs(input_shape, classes):
    x = keras.Input((6,))
    return keras.Model(x, L.Dense(classes)(x))


def one_logit(input_shape, classes):
    x = keras.Input(input_shape)
    return keras.Model(x, L.Dense(1, name="output")(x))


def test_the_output_that_was_named_is_the_only_one():
    model = models.build(two_outputs, (5,), 3, ModelInterface(output="a"))
    assert model.output_shape == (None, 3)
    assert [layer.name for layer in model.layers][1:] == ["a"]  # What only `b` needs is left out.


def test_one_logit_stands_for_two_classes():
    model = models.build(one_logit, (5,), 2, ModelInterface(one_for_two=True))
    x = np.ones((4, 5), np.float32)
    kernel, bias = (each.numpy() for each in model.get_layer("output").weights)
    logits = model(x).numpy()
    np.testing.assert_allclose(logits, np.pad(x @ kernel + bias, [(0, 0), (1, 0)]), rtol=1e-6)


@pytest.mark.parametrize("build, interface, message", [
    (for_six_inputs, ModelInterface(), r"takes inputs of shape \(None, 6\), and an example of the "
     r"data has the shape \(5,\)"),
    (two_inputs, ModelInterface(), "has 2 inputs, .*; give a tuple or a dict of arrays"),
    (two_outputs, ModelInterface(), "has the outputs a, b, and which one the labels are for is"),
    (two_outputs, ModelInterface(output="c"), "has the outputs a, b, and none of them is 'c'"),
    (one_logit, ModelInterface(), r"outputs of shape \(None, 1\); expected \(None, 3\)"),
])
def test_refused(build, interface, message):
    with pytest.raises(ConfigurationError, match=message) as error:
        models.build(build, (5,), 3, interface)
    assert "\n" not in str(error.value)
