"""How often a kernel is applied to one example."""

import pytest

from lth_keras.compat import keras
from lth_keras.pruning.kernel_positions import positions

L = keras.layers


@pytest.mark.parametrize("shape, layer, expected", [
    ((5,), L.Dense(3), 1),
    ((7, 5), L.Dense(3), 7),  # Once at each of seven places.
    ((8, 6, 2), L.Conv2D(3, 3), 6 * 4),  # At each place of the output.
    ((8, 6, 2), L.Conv2D(3, 3, strides=2, padding="same"), 4 * 3),
    ((9, 2), L.LSTM(4), 9),  # At each step, though there is one output.
    ((None, 2), L.Dense(4), 1),  # An axis without a fixed length counts once.
    ((4, 4, 2), L.Conv2DTranspose(3, 4, strides=4), 4 * 4),  # At each place of its input.
    ((9, 2), L.LocallyConnected1D(3, 3), 1),  # Each place has weights of its own.
    # Channels first: 8 × 6 places of the output, and 4 × 4 of a transposed one's input.
    ((2, 8, 6), L.Conv2D(3, 1, data_format="channels_first"), 8 * 6),
    ((2, 8, 6), L.SeparableConv2D(3, 1, data_format="channels_first"), 8 * 6),
    ((2, 4, 4), L.Conv2DTranspose(3, 2, strides=2, data_format="channels_first"), 4 * 4),
    ((5, 2, 8, 6), L.TimeDistributed(L.Conv2D(3, 1, data_format="channels_first")), 5 * 8 * 6),
    ((5, 4, 4, 2), L.TimeDistributed(L.Conv2DTranspose(3, 2, strides=2)), 5 * 4 * 4),
    ((5, 9, 2), L.TimeDistributed(L.LocallyConnected1D(3, 3)), 5),
])
def test_positions(shape, layer, expected):
    inputs = keras.Input(shape)
    assert positions(keras.Model(inputs, layer(inputs)))[layer.name] == expected


def test_each_call_in_the_model_counts_and_none_outside_it():
    layer, inputs = L.Dense(3, name="shared"), keras.Input((7, 3))
    model = keras.Model(inputs, layer(layer(inputs)))
    layer(keras.Input((5, 3)))
    assert positions(model)["shared"] == 2 * 7


def test_a_nested_model_counts_at_each_of_its_calls():
    inner = keras.Sequential([L.Dense(3, name="fc"), L.Dense(3, name="last")], name="inner")
    middle_inputs = keras.Input((3,))
    middle = keras.Model(middle_inputs, inner(inner(middle_inputs)), name="middle")
    inputs = keras.Input((3,))
    outputs = L.Dense(2, name="head")(middle(middle(inner(inputs))))
    counts = positions(keras.Model(inputs, outputs))
    assert counts == {
        "inner/fc": 1, "inner/last": 1, "middle/inner/fc": 4, "middle/inner/last": 4, "head": 1}


def test_a_layer_without_weights_may_give_anything():
    inputs = keras.Input((4,))
    parts = L.Lambda(lambda x: (x, (x, x)))(inputs)
    model = keras.Model(inputs, L.Dense(2, name="head")(parts[1][0]))
    assert positions(model) == {"head": 1}
