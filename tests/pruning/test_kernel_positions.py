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
])
def test_positions(shape, layer, expected):
    layer(keras.Input(shape))
    assert positions(layer) == expected
