"""Sums, products and concatenations: which channels they tie, by hand."""

from lth_keras.compat import keras
from tests.channels.described import before_an_output, described, groups_of, residual, whole

layers = keras.layers


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


def test_a_sum_with_a_factor_goes_together():
    channels = before_an_output(lambda x: x + layers.Dense(6, name="b")(x) * 2.0)
    assert described(channels) == {
        "a/kernel": (6, ["a/kernel", "b/kernel"], ["b/kernel", "out/kernel"])}


def test_one_channel_that_is_spread_over_others_stays():
    channels = before_an_output(
        lambda x: layers.Multiply(name="product")([x, layers.Dense(1, name="gate")(x)]))
    assert whole(channels)["gate"] == "product spreads it over other channels"
    assert [group.name for group in channels.groups] == ["a/kernel"]
