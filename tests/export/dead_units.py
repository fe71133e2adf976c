"""Models with dead units, before and after these are removed."""

import numpy as np

from lth_keras.compat import keras

layers = keras.layers
GENERATOR = np.random.default_rng(3)


def randomised(model):
    """Every variable drawn at random; variances positive."""
    for variable in model.weights:
        values = GENERATOR.normal(size=variable.shape)
        variable.assign(np.abs(values) + 0.5 if "variance" in variable.name else values)
    return model


def kill(model, layer, incoming=(), outgoing=()):
    """Zeroes the incoming weights of units of `layer`, or what it reads of units before it."""
    kernel = model.get_layer(layer).kernel
    values = kernel.numpy()
    values[..., list(incoming)] = 0
    values[..., list(outgoing), :] = 0
    kernel.assign(values)


def shapes(compacted):
    """[(layer, units before, units after)]."""
    return [(unit["layer"], unit["before"], unit["after"]) for unit in compacted.units]


def assert_same(model, compacted):
    """Asserts that both models give the same outputs, but for rounding."""
    images = GENERATOR.normal(size=(5, *model.input_shape[1:])).astype(np.float32)
    before = model(images, training=False).numpy()
    np.testing.assert_allclose(
        compacted.model(images, training=False).numpy(), before, rtol=0,
        atol=1e-5 * np.abs(before).max())


def dense_network():
    """Three dense layers, of eight, five and three units."""
    return randomised(keras.Sequential([
        layers.Input((6, 2)), layers.Flatten(name="flatten"), layers.Dense(8, "relu", name="a"),
        layers.Dense(5, "tanh", name="b"), layers.Dense(3, name="c"),
    ]))
