"""Non-inferiority: what an interval says against a margin."""

import math

import pytest

from lth_keras.statistics.noninferiority import matching


@pytest.mark.parametrize("low, high, verdict", [
    (-0.001, 0.003, "yes"), (-0.003, 0.001, "open"), (-0.009, -0.003, "no"),
    (-0.002, 0.004, "open"), (math.nan, math.nan, None),
])
def test_matching_by_the_margin(low, high, verdict):
    assert matching((low + high) / 2, low, high, margin=0.002, trials=3) == verdict


def test_one_trial_matches_nothing():
    assert matching(0.1, math.nan, math.nan, margin=0.002, trials=1) == "one trial"


def test_several_trials_without_an_interval_are_open():
    assert matching(0.1, math.nan, math.nan, margin=0.002, trials=2) == "open"
