"""How layers without kernels carry channels, by hand."""

import pytest

from lth_keras.compat import keras
from tests.channels.described import before_an_output, described, groups_of, whole

layers = keras.layers


def test_a_flattened_channel_is_several_inputs():
    inputs = keras.Input((4, 4, 1))
    x = layers.Flatten(name="flatten")(layers.Conv2D(3, 3, name="a")(inputs))
    channels = groups_of(keras.Model(inputs, layers.Dense(2, name="out")(x)))
    (group,) = channels.groups
    (read,) = [place for place in group.places if place.role == "reads"]
    assert read.units.tolist() == [0, 1, 2] * 4, "2×2 places, the channels side by side at each"


@pytest.mark.parametrize("layers_after, why", [
    (lambda x: layers.Flatten(name="f")(layers.Reshape((3, 2), name="odd")(x)),
     "odd (Reshape) mixes the channels with their places"),
    (lambda x: layers.Dense(4, activation=lambda y: y, name="b")(layers.Softmax(name="odd")(x)),
     "odd (Softmax) adds over the channels"),
])
def test_channels_that_are_mixed_stay(layers_after, why):
    channels = before_an_output(layers_after)
    assert whole(channels)["a"] == why
    assert "a/kernel" not in described(channels)
