"""Masks drawn from a network in training: distances by hand, and where training ends."""

import numpy as np

from lth_keras.training import MaskWatch
from lth_keras.training.mask_watch import difference, furthest


def bits(text):
    return np.packbits([int(each) for each in text])


def watch(**changes):
    return MaskWatch(**{
        "every": 5, "counts": None, "total": 3, "competing": ("a", "b"), "least": 0, "window": 3,
        "distance": 0.3, "stops": True, "not_before": 0, **changes})


def test_distances_by_hand():
    one, other = bits("11001010"), bits("10001110")
    assert difference(one, other) == 2 and difference(one, one) == 0
    assert furthest([one, other, one], 8) == 0.25


def test_a_mask_is_by_magnitude_layerwise_or_over_all():
    weights = {"a": np.array([[3.0, -1.0], [0.5, 4.0]]), "b": np.array([0.1, -5, 2, 0.2]), "c": 9}
    np.testing.assert_array_equal(watch().draw(weights), bits("1001" "0100"))
    np.testing.assert_array_equal(
        watch(counts={"a": 1, "b": 2}).draw(weights), bits("0001" "0110"))
    np.testing.assert_array_equal(watch(least=2, total=4).draw(weights), bits("1001" "0110"))


def test_it_ends_where_all_of_the_window_are_alike():
    far, near = bits("11110000"), bits("11111000")
    drawn = {5: bits("00001111"), 10: far, 15: near}
    assert not watch().ends_at(drawn) and watch().found(drawn) is None
    drawn[20] = far
    assert watch().ends_at(drawn) and watch().found(drawn) == 20
    assert not watch(stops=False).ends_at(drawn)
    assert not watch(not_before=21).ends_at(drawn)
    assert not watch(distance=0.125).ends_at(drawn)  # It has to be below.
    assert watch().next_after(4) == 5 and watch().next_after(5) == 10
