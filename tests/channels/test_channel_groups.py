"""Which channels go together: worked out by hand, and what must hold of every network."""

import numpy as np
import pytest

from lth_keras import models
from lth_keras.channels import ChannelGroups, check_has_groups
from lth_keras.channels.unit_rows import unit_rows
from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.granularity import GroupedWeights
from lth_keras.masks import ones
from lth_keras.pruning import prunable_weights
from lth_keras.variables import named_variables

layers = keras.layers


def groups_of(model):
    return ChannelGroups(model, {weight.key for weight in prunable_weights(model)})


def described(channels):
    """{group: (units, kernels that make them, kernels that read them)}."""
    def of(group, role):
        return sorted(place.key for place in group.places if place.role == role)

    return {group.name: (group.size, of(group, "makes"), of(group, "reads"))
            for group in channels.groups}


def residual():
    inputs = keras.Input((6, 6, 2))
    x = layers.Conv2D(4, 3, padding="same", name="a")(inputs)
    y = layers.Conv2D(3, 3, padding="same", activation="relu", name="b")(x)
    y = layers.BatchNormalization(name="bn")(layers.Conv2D(4, 3, padding="same", name="c")(y))
    x = layers.GlobalAveragePooling2D(name="pool")(layers.Add(name="add")([x, y]))
    return keras.Model(inputs, layers.Dense(2, name="out")(x))


def test_what_is_added_goes_together():
    channels = groups_of(residual())
    assert described(channels) == {
        "a/kernel": (4, ["a/kernel", "c/kernel"], ["b/kernel", "out/kernel"]),
        "b/kernel": (3, ["b/kernel"], ["c/kernel"]),
    }
    carried = {place.key for place in channels.groups[0].places if place.role == "carries"}
    assert carried == {"a/bias", "c/bias", "bn/gamma", "bn/beta", "bn/moving_mean",
                       "bn/moving_variance"}
    assert [(each.layer, each.channels, each.why) for each in channels.whole] == [
        ("out", 2, "the model's output")]


def test_what_is_concatenated_has_its_place_in_the_reader():
    inputs = keras.Input((5,))
    a, b = layers.Dense(2, name="a")(inputs), layers.Dense(3, name="b")(inputs)
    x = layers.Concatenate(name="join")([a, b])
    channels = groups_of(keras.Model(inputs, layers.Dense(2, name="out")(x)))
    assert described(channels) == {
        "a/kernel": (2, ["a/kernel"], ["out/kernel"]),
        "b/kernel": (3, ["b/kernel"], ["out/kernel"]),
    }
    (read,) = [place for place in channels.groups[1].places if place.role == "reads"]
    assert read.units.tolist() == [-1, -1, 0, 1, 2]


def test_a_depthwise_chain_passes_channels_on():
    inputs = keras.Input((8, 8, 2))
    x = layers.Conv2D(3, 1, name="expand")(inputs)
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, name="each")(x)
    x = layers.PReLU(shared_axes=(1, 2), name="slopes")(layers.ReLU(6.0, name="relu6")(x))
    x = layers.SeparableConv2D(4, 3, name="separable")(x)
    x = layers.GlobalMaxPooling2D(name="pool")(x)
    channels = groups_of(keras.Model(inputs, layers.Dense(2, name="out")(x)))
    assert described(channels) == {
        "expand/kernel": (3, ["expand/kernel"], ["separable/pointwise_kernel"]),
        "separable/pointwise_kernel": (4, ["separable/pointwise_kernel"], ["out/kernel"]),
    }
    along = {(place.key, place.axis): place.units.tolist() for place in channels.groups[0].places}
    assert along["each/depthwise_kernel", 2] == [0, 1, 2]
    assert along["each/bias", 0] == [0, 0, 1, 1, 2, 2]
    assert along["slopes/alpha", 2] == [0, 0, 1, 1, 2, 2]


def test_a_flattened_channel_is_several_inputs():
    inputs = keras.Input((4, 4, 1))
    x = layers.Flatten(name="flatten")(layers.Conv2D(3, 3, name="a")(inputs))
    channels = groups_of(keras.Model(inputs, layers.Dense(2, name="out")(x)))
    (group,) = channels.groups
    (read,) = [place for place in group.places if place.role == "reads"]
    assert read.units.tolist() == [0, 1, 2] * 4, "2×2 places, the channels side by side at each"


def test_heads_and_hidden_units_of_a_transformer():
    model = models.vision_transformer((14, 14, 1), 10, depth=1, units=8, heads=2, mlp=2)
    channels = groups_of(model)
    at = "block1_attention"
    assert described(channels) == {
        f"{at}/query/kernel": (2, [f"{at}/key/kernel", f"{at}/query/kernel", f"{at}/value/kernel"],
                               [f"{at}/output/kernel"]),
        "block1_fc1/kernel": (16, ["block1_fc1/kernel"], ["block1_fc2/kernel"]),
    }
    whole = {each.layer: each.why for each in channels.whole}
    assert set(whole) == {"patches", f"{at}/output", "block1_fc2", "output"}
    assert "block1_norm1 (LayerNormalization) normalises over the channels" in whole["patches"]


def test_nested_and_shared_layers():
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(5, name="p"),
                              layers.Dense(4, name="q")], name="inner")
    inputs = keras.Input((4,))
    first = layers.Dense(4, name="a")(inputs)
    x = inner(inner(first))  # What it makes it reads: both its ends, and a's, are one group.
    channels = groups_of(keras.Model(inputs, layers.Dense(2, name="out")(x)))
    assert described(channels) == {
        "a/kernel": (4, ["a/kernel", "inner/q/kernel"], ["inner/p/kernel", "out/kernel"]),
        "inner/p/kernel": (5, ["inner/p/kernel"], ["inner/q/kernel"]),
    }


@pytest.mark.parametrize("joined, why", [
    (lambda x: layers.Lambda(lambda y: y[..., ::-1], name="odd")(x),
     "odd (Lambda) is a layer whose channels are not known"),
    (lambda x: layers.Flatten(name="f")(layers.Reshape((3, 2), name="odd")(x)),
     "odd (Reshape) mixes the channels with their places"),
    (lambda x: layers.Dense(4, activation=lambda y: y, name="b")(
        layers.Softmax(name="odd")(x)), "odd (Softmax) adds over the channels"),
    (lambda x: x + layers.Dense(6, name="b")(x) * 2.0, None),
    (lambda x: layers.Multiply(name="odd")([x, layers.Dense(1, name="gate")(x)]), None),
])
def test_what_is_not_understood_stays_and_is_named(joined, why):
    inputs = keras.Input((5,))
    x = joined(layers.Dense(6, name="a")(inputs))
    channels = groups_of(keras.Model(inputs, layers.Dense(2, name="out")(x)))
    whole = {each.layer: each.why for each in channels.whole}
    if why is None and "gate" not in whole:  # `x + y` is understood, and so is a factor.
        assert described(channels) == {
            "a/kernel": (6, ["a/kernel", "b/kernel"], ["b/kernel", "out/kernel"])}
    elif why is None:  # The gate is spread over all channels; they themselves are six units.
        assert whole["gate"] == "odd spreads it over other channels"
        assert [group.name for group in channels.groups] == ["a/kernel"]
    else:
        assert whole["a"] == why
        assert "a/kernel" not in described(channels)


def test_a_layer_left_dense_keeps_the_units_that_it_reads():
    model = residual()
    weights = prunable_weights(model, never=("b",))
    channels = ChannelGroups(model, {weight.key for weight in weights})
    assert channels.groups == ()
    assert {each.why for each in channels.whole} == {"b is left dense", "the model's output"}
    with pytest.raises(ConfigurationError, match=r"no units that can be cut \(a: b is left dense"):
        check_has_groups(channels)


NETWORKS = {
    "resnet A": lambda: models.resnet((16, 16, 3), 10, 0.25, depth=8, shortcut="A"),
    "resnet B": lambda: models.resnet((16, 16, 3), 10, 0.25, depth=8, shortcut="B"),
    "densenet": lambda: models.densenet((16, 16, 3), 10, depth=10, growth=4, bottleneck=True),
    "vgg": lambda: models.vgg_16((32, 32, 3), 10, 0.05),
    "residual mlp": lambda: models.residual_mlp((12,), 10, hidden=20),
    "tokens": lambda: models.token_transformer((6,), 10, vocabulary=9, depth=1, units=8, heads=2),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_s_rows_hold_what_pruning_needs(name):
    model = NETWORKS[name]()
    weights = prunable_weights(model)
    channels = groups_of(model)
    rows = unit_rows(channels, weights)
    grouping = GroupedWeights(rows, {weight.key: weight.shape for weight in weights}, "mean")
    generator = np.random.default_rng(5)
    masks = {weight.key: ones(weight.shape) for weight in weights}
    shapes = {key: tuple(variable.shape) for key, variable in named_variables(model).items()}
    for group in channels.groups:
        for place in group.places:
            assert place.units.size == shapes[place.key][place.axis]
            assert set(place.units[place.units >= 0]) == set(range(group.size))
    for _ in range(3):
        before = masks
        alive = grouping.alive(masks)
        for row in rows:
            gone = generator.permutation(np.flatnonzero(alive[row.key]))[:row.size // 4]
            alive[row.key][gone] = False
        masks = grouping.expand(alive, masks)
        assert all(not (masks[key] & ~before[key]).any() for key in masks), "nested"
        # What masks say is cut is what was cut, each unit, in each group.
        cut = channels.cut(masks)
        assert all((cut[row.key] == ~alive[row.key]).all() for row in rows)
        for key, mask in masks.items():  # Nothing outside the cut units changes.
            inside = np.zeros(mask.shape, bool)
            for group in channels.groups:
                for place in group.places:
                    if place.key == key:
                        chosen = (place.units >= 0) & cut[group.name][place.units]
                        np.moveaxis(inside, place.axis, 0)[chosen] = True
            assert (mask == ~inside).all()
