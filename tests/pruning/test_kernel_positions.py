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
])
def test_positions(shape, layer, expected):
    layer(keras.Input(shape))
    assert positions(layer) == expected


def test_each_call_of_a_shared_layer_counts():
    layer = L.Dense(3)
    layer(keras.Input((5,)))
    layer(keras.Input((7, 5)))
    assert positions(layer) == 1 + 7
