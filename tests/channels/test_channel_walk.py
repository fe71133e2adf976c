"""The walk: nested and shared layers, and layers that it does not know."""

from lth_keras.compat import keras
from tests.channels.described import before_an_output, described, groups_of, whole

layers = keras.layers


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


def test_a_layer_that_is_not_known_keeps_its_channels():
    channels = before_an_output(lambda x: layers.Lambda(lambda y: y[..., ::-1], name="odd")(x))
    assert whole(channels)["a"] == "odd (Lambda) is a layer whose channels are not known"
    assert "a/kernel" not in described(channels)
