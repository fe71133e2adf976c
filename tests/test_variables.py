"""A model's variables by name: parts, nested models, names that are taken twice."""

import numpy as np
import pytest

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.variables import check_fits, named_variables, snapshot, walk

L = keras.layers


def test_parts_are_named_for_the_attribute_that_holds_them():
    inputs = keras.Input((4, 3))
    x = L.Bidirectional(L.GRU(2, return_sequences=True), name="both")(inputs)
    x = L.MultiHeadAttention(1, 2, name="attention")(x, x)
    block = keras.Sequential([keras.Input((4, 4)), L.Dense(2, name="fc")], name="block")
    model = keras.Model(inputs, block(x))
    assert [path for path, _ in walk(model)][1:] == ["both", "attention", "block/fc"]
    keys = set(named_variables(model))
    assert {"both/forward_layer/cell/recurrent_kernel", "both/backward_layer/cell/kernel",
            "attention/query/kernel", "attention/output/bias", "block/fc/bias"} <= keys
    assert len(keys) == 2 * 3 + 4 * 2 + 2


def test_a_kernel_that_a_layer_and_its_part_hold_has_the_parts_name():
    layer = L.SpectralNormalization(L.Dense(2), name="normal")
    model = keras.Sequential([keras.Input((3,)), layer])
    assert set(named_variables(model)) == {
        "normal/vector_u", "normal/layer/kernel", "normal/layer/bias"}


def test_a_snapshot_is_a_copy():
    model = keras.Sequential([keras.Input((2,)), L.Dense(2, name="fc")])
    before = snapshot(named_variables(model))
    model.get_layer("fc").bias.assign([5.0, 5.0])
    assert before["fc/bias"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("weights, said", [
    ({"fc/kernel": np.zeros((2, 3))}, "have no 'fc/bias', which the model needs"),
    ({"fc/kernel": np.zeros((2, 3)), "fc/bias": np.zeros(3), "b": np.zeros(1)},
     "have 'b', which the model has not"),
    ({"fc/kernel": np.zeros((3, 2)), "fc/bias": np.zeros(3)},
     r"'fc/kernel' have shape \(3, 2\); the model's have \(2, 3\)"),
])
def test_weights_that_do_not_fit(weights, said):
    variables = {"fc/kernel": np.ones((2, 3)), "fc/bias": np.ones(3)}
    check_fits(variables, variables)
    with pytest.raises(ConfigurationError, match=said):
        check_fits(weights, variables)


def test_two_layers_of_one_name_are_refused():
    # Keras refuses it within one model; a nested model's name can still lead to it.
    inner_in = keras.Input((5,))
    inner = keras.Model(inner_in, L.Dense(5, name="b/fc")(inner_in), name="a")
    deep_in = keras.Input((5,))
    deep = keras.Model(deep_in, L.Dense(5, name="fc")(deep_in), name="a/b")
    inputs = keras.Input((5,))
    with pytest.raises(ConfigurationError, match="both called 'a/b/fc/kernel'"):
        named_variables(keras.Model(inputs, deep(inner(inputs))))
