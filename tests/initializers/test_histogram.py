"""`Histogram`: its bins, its draws and its distribution function, by hand."""

import numpy as np
import pytest

from lth_keras.initializers.histogram import Histogram


@pytest.mark.parametrize(
    "values, edges, counts",
    [
        ([-4, -3, -2, 1, 2, 5], [-4, -3, -2, 1, 3, 5], [1, 2, 0, 2, 1]),
        ([1, 2, 5], [1, 3, 5], [2, 1]),
        ([-5, -2, -1], [-5, -3, -1], [1, 2]),
        ([2, 2], [2, 2, 2], [0, 2]),
        ([-1, 3], [-1, -1, -1, 3, 3, 3], [0, 1, 0, 0, 1]),
        ([], [], []),
    ],
)
def test_it_has_half_its_bins_for_each_sign_and_none_in_the_gap(values, edges, counts):
    histogram = Histogram.measure(np.array(values, np.float32), 4)
    assert histogram.edges.tolist() == edges
    assert histogram.counts.tolist() == counts
    if values:
        draw = histogram.sample(500, np.random.default_rng(0))
        assert draw.min() >= min(values) and draw.max() <= max(values)


@pytest.mark.parametrize("values, x, below, at_most", [
    # Bins [1, 3] with two values, [3, 5] with one: linear within each.
    ([1, 2, 5], 0.0, 0, 0), ([1, 2, 5], 2.0, 1 / 3, 1 / 3), ([1, 2, 5], 4.0, 5 / 6, 5 / 6),
    ([1, 2, 5], 9.0, 1, 1),
    # One value on each side: a step there, and nothing between them.
    ([-1, 3], -1.0, 0, 1 / 2), ([-1, 3], 0.0, 1 / 2, 1 / 2), ([-1, 3], 3.0, 1 / 2, 1),
])
def test_the_distribution_function(values, x, below, at_most):
    histogram = Histogram.measure(np.array(values, np.float32), 4)
    assert histogram.cdf(np.array([x])) == pytest.approx([at_most])
    assert histogram.cdf_before(np.array([x])) == pytest.approx([below])
