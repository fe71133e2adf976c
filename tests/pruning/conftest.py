"""A model with kernels of many kinds."""

import pytest

from lth_keras.compat import keras

L = keras.layers


@pytest.fixture(scope="module")
def model():
    inputs = keras.Input((5,))
    x = L.Embedding(9, 4, name="words")(inputs)
    x = L.GRU(3, name="gru", return_sequences=True)(x)
    x = L.PReLU(name="slopes")(x)
    x = L.DepthwiseConv1D(2, name="depthwise")(x)
    x = L.Flatten()(x)
    return keras.Model(inputs, L.Dense(2, name="head", trainable=False)(x))
