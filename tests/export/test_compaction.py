"""Dead units are removed, and the network computes the same."""

import numpy as np
import pytest

from lth_keras import models
from lth_keras.channels import ChannelGroups
from lth_keras.compat import keras
from lth_keras.export import compact
from lth_keras.models import resnet
from lth_keras.variables import named_variables

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


def test_a_sum_shrinks_where_all_that_is_added_is_dead_and_nothing_reads_it():
    model = randomised(resnet((16, 16, 3), 10, 0.25, depth=8))
    before = {unit["layer"]: unit["before"] for unit in compact(model).units}
    # Channel 1 of the first stage: made twice, read by its block, the next one and the shortcut.
    for name in ("stage1_block1_conv1", "stage2_block1_conv1", "stage2_block1_shortcut"):
        kill(model, name, outgoing=[1])
    inner = "stage3_block1_conv1"
    kill(model, inner, incoming=[1])
    bn = model.get_layer(f"{inner}_bn")
    # What the normalisation makes of it is below zero: ReLU gives zero, padding or not.
    for variable, value in ((bn.beta, -50.0), (bn.gamma, 1.0), (bn.moving_mean, 0.0)):
        variable.assign(np.full(variable.shape, value))
    compacted = compact(model)
    assert {name: was - now for name, was, now in shapes(compacted) if was > now} == dict.fromkeys(
        ("conv", "stage1_block1_conv2", inner), 1)
    assert compacted.model.get_layer("stage1_block1_conv2_bn").gamma.shape == (
        before["stage1_block1_conv2"] - 1,)
    assert_same(model, compacted)


def test_a_constant_in_a_sum_goes_into_all_its_readers():
    inputs = keras.Input((5,))
    a, b = layers.Dense(4, "relu", name="a")(inputs), layers.Dense(4, "tanh", name="b")(inputs)
    x = layers.Add(name="add")([a, b])
    outputs = [layers.Dense(2, use_bias=False, name=name)(x) for name in ("left", "right")]
    model = randomised(keras.Model(inputs, layers.Add(name="both")(outputs)))
    kill(model, "a", incoming=[2])
    kill(model, "b", incoming=[2])
    compacted = compact(model)
    assert shapes(compacted) == [("a", 4, 3), ("b", 4, 3)]
    assert compacted.model.get_layer("left").use_bias
    assert_same(model, compacted)


def test_what_a_constant_is_spread_over_is_none():
    inputs = keras.Input((5,))
    x = layers.Multiply(name="gated")([
        layers.Dense(4, name="a")(inputs), layers.Dense(1, name="gate")(inputs)])
    model = randomised(keras.Model(inputs, layers.Dense(2, name="out")(x)))
    kill(model, "a", incoming=[2])
    compacted = compact(model)
    assert shapes(compacted) == [("a", 4, 4)]
    assert_same(model, compacted)


def nested():
    inner = keras.Sequential([
        layers.Input((4,)), layers.Dense(6, "relu", name="p"), layers.Dense(4, name="q")],
        name="inner")
    inputs = keras.Input((5,))
    x = layers.Dense(4, name="a")(inputs)
    x = layers.Add(name="add")([x, inner(x)])
    return keras.Model(inputs, layers.Dense(3, name="out")(x))


NETWORKS = {
    "resnet A": lambda: resnet((16, 16, 3), 10, 0.5, depth=8, shortcut="A"),
    "densenet": lambda: models.densenet((16, 16, 3), 10, depth=10, growth=4, bottleneck=True),
    "transformer": lambda: models.vision_transformer(
        (14, 14, 1), 10, depth=1, units=8, heads=2, mlp=2),
    "nested": nested,
    "separable": lambda: keras.Sequential([
        layers.Input((9, 9, 2)), layers.Conv2D(4, 3, activation="relu", name="a"),
        layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same", name="each"),
        layers.SeparableConv2D(5, 3, name="separable"), layers.Reshape((5, 5, 5), name="same"),
        layers.Conv2DTranspose(3, 2, name="up"), layers.Flatten(name="flatten"),
        layers.Dense(3, name="out")]),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_half_of_the_units_of_any_network(name):
    model = randomised(NETWORKS[name]())
    for variable in model.weights:
        variable.assign(variable * 0.3)  # Logits that rounding does not dwarf.
    channels = ChannelGroups(model)
    cut, variables = {}, named_variables(model)
    for group in channels.groups:
        cut[group.name] = np.arange(group.size) % 2 == 1
        for place in group.places:
            if place.role != "carries":
                values = variables[place.key].numpy()
                gone = (place.units >= 0) & cut[group.name][place.units]
                np.moveaxis(values, place.axis, 0)[gone] = 0
                variables[place.key].assign(values)
    compacted = compact(model)
    counts = {unit["layer"]: unit["after"] for unit in compacted.units}
    for group in channels.groups:
        for key in group.makers:
            assert counts[key.rpartition("/")[0]] <= channels_kept(group, key, cut[group.name])
    smaller = compacted.model.count_params()
    assert smaller < model.count_params()
    assert_same(model, compacted)


def channels_kept(group, key, cut):
    (place,) = [each for each in group.places if (each.key, each.role) == (key, "makes")]
    return int(np.sum((place.units < 0) | ~cut[place.units]))
