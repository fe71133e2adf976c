"""Barriers along a line."""

import pytest

from lth_keras.analysis import barriers


@pytest.mark.parametrize("values, expected", [
    ([0.1, 0.5, 0.3], 0.3), ([0.2, 0.2, 0.2], 0.0), ([0.4, 0.1, 0.2], 0.1),
])
def test_barrier_is_the_highest_minus_the_mean_of_the_ends(values, expected):
    assert barriers.barrier(values) == pytest.approx(expected)
