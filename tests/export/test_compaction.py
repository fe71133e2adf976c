"""Dead units are removed, and the network computes the same."""

import numpy as np
import pytest

from lth_keras.compat import keras
from lth_keras.export import compact
from lth_keras.models import resnet

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
    return [(unit["layer"], unit["before"], unit["after"]) for unit in compacted.units]


def assert_same(model, compacted):
    images = GENERATOR.normal(size=(5, *model.input_shape[1:])).astype(np.float32)
    before = model(images, training=False).numpy()
    np.testing.assert_allclose(
        compacted.model(images, training=False).numpy(), before, rtol=0,
        atol=1e-5 * np.abs(before).max())


def dense_network():
    return randomised(keras.Sequential([
        layers.Input((6, 2)), layers.Flatten(name="flatten"), layers.Dense(8, "relu", name="a"),
        layers.Dense(5, "tanh", name="b"), layers.Dense(3, name="c"),
    ]))


def test_units_nothing_feeds_become_biases_and_units_nothing_reads_go():
    model = dense_network()
    kill(model, "a", incoming=[0, 3])
    kill(model, "b", outgoing=[5])
    assert (model.get_layer("a").bias.numpy()[[0, 3]] > 0).any(), "a constant that is not zero"
    compacted = compact(model)
    assert shapes(compacted) == [("a", 8, 5), ("b", 5, 5)]
    assert_same(model, compacted)


def test_one_removal_isolates_the_next():
    model = dense_network()
    kill(model, "c", outgoing=[2])
    kernel = model.get_layer("b").kernel
    values = kernel.numpy()
    values[4, [0, 1, 3, 4]] = 0  # Unit 4 of a is read by unit 2 of b alone.
    kernel.assign(values)
    compacted = compact(model)
    assert shapes(compacted) == [("a", 8, 7), ("b", 5, 4)]
    assert_same(model, compacted)


def test_a_layer_keeps_one_unit():
    model = dense_network()
    kill(model, "a", incoming=range(8))
    compacted = compact(model)
    assert shapes(compacted)[0] == ("a", 8, 1)
    assert_same(model, compacted)


def test_nothing_dead_nothing_changed():
    model = dense_network()
    compacted = compact(model)
    assert shapes(compacted) == [("a", 8, 8), ("b", 5, 5)]
    for before, after in zip(model.weights, compacted.model.weights, strict=True):
        assert before.numpy().tobytes() == after.numpy().tobytes()


@pytest.mark.parametrize("padding, bias, left", [
    ("valid", 0.7, 4),   # The constant goes into the next layer's biases.
    ("same", 0.7, 6),    # At the border it is no constant: the channels stay.
    ("same", -0.7, 4),   # ReLU makes it zero, which padding does not change.
])
def test_convolutions(padding, bias, left):
    model = randomised(keras.Sequential([
        layers.Input((9, 9, 2)), layers.Conv2D(6, 3, activation="relu", name="a"),
        layers.MaxPool2D(name="pool"), layers.Conv2D(4, 3, padding=padding, name="b"),
        layers.ReLU(name="relu"), layers.Flatten(name="flatten"), layers.Dense(3, name="c"),
    ]))
    kill(model, "a", incoming=[1, 4])
    values = model.get_layer("a").bias.numpy()
    values[[1, 4]] = bias
    model.get_layer("a").bias.assign(values)
    kill(model, "b", incoming=[0])
    compacted = compact(model)
    assert shapes(compacted) == [("a", 6, left), ("b", 4, 3)]
    assert_same(model, compacted)


def test_batch_normalisation_and_a_reader_without_biases():
    model = randomised(keras.Sequential([
        layers.Input((7, 7, 2)), layers.Conv2D(5, 3, use_bias=False, name="a"),
        layers.BatchNormalization(name="bn"), layers.Activation("relu", name="act"),
        layers.Conv2D(4, 3, use_bias=False, name="b"), layers.GlobalAveragePooling2D(name="pool"),
        layers.Dense(3, name="c"),
    ]))
    model.get_layer("bn").beta.assign([2.0, 2.0, 2.0, 2.0, 2.0])
    model.get_layer("bn").moving_mean.assign([-1.0] * 5)
    model.get_layer("bn").gamma.assign([1.0] * 5)
    kill(model, "a", incoming=[2])
    compacted = compact(model)
    assert shapes(compacted) == [("a", 5, 4), ("b", 4, 4)]
    assert compacted.model.get_layer("b").use_bias
    assert compacted.model.get_layer("bn").beta.shape == (4,)
    assert_same(model, compacted)


def test_channels_that_join_a_sum_stay():
    model = randomised(resnet((16, 16, 3), 10, 0.25, depth=8))
    inner = [layer.name for layer in model.layers if layer.name.endswith("block1_conv1")]
    outer = [layer.name for layer in model.layers if layer.name.endswith("block1_conv2")]
    for name in inner + outer:
        kill(model, name, incoming=[1])
    for name in inner:
        # What the normalisation makes of it is below zero: ReLU gives zero, padding or not.
        bn = model.get_layer(f"{name}_bn")
        bn.beta.assign(np.full(bn.beta.shape, -50.0))
        bn.gamma.assign(np.ones(bn.gamma.shape))
        bn.moving_mean.assign(np.zeros(bn.gamma.shape))
    compacted = compact(model)
    changed = {name: (before, after) for name, before, after in shapes(compacted)}
    assert set(changed) == set(inner)
    assert all(after == before - 1 for before, after in changed.values())
    assert_same(model, compacted)
