"""Dead units are removed, and the network computes the same."""

import numpy as np
import pytest

from lth_keras import models
from lth_keras.channels import ChannelGroups
from lth_keras.compat import keras
from lth_keras.export import compact
from lth_keras.models import resnet
from lth_keras.variables import named_variables
from tests.export.dead_units import assert_same, dense_network, kill, layers, randomised, shapes


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
