"""Intervals of means and of paired differences, by hand and by SciPy."""

import math
import warnings

import numpy as np
import pytest
from scipy import stats

from lth_keras.statistics.intervals import mean_interval, mean_intervals, paired_difference


@pytest.mark.parametrize(
    "ours, theirs, mean, end, p",
    [
        ([0.9, 0.8], [0.9, 0.8], 0, 0, 1.0),
        ([0.98, 0.93, 0.4], [0.97, 0.92, 0.39], 0.01, math.nan, math.nan),
        ([0.9], [0.8], 0.1, math.nan, math.nan),
        ([], [], math.nan, math.nan, math.nan),
    ],
)
def test_degenerate_differences_warn_of_nothing(ours, theirs, mean, end, p):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = paired_difference(dict(enumerate(ours)), dict(enumerate(theirs)))
    assert result == pytest.approx((mean, end, end, p), nan_ok=True)


def test_equal_values_have_an_interval_of_no_width():
    assert mean_interval([0.1] * 3) == (0.1, 0.1, 0.1)


def test_intervals_agree_with_scipy():
    values = np.random.default_rng(0).normal(size=7)
    interval = stats.t.interval(0.95, 6, values.mean(), stats.sem(values))
    assert mean_interval(values) == pytest.approx((values.mean(), *interval))


def test_columns_have_the_intervals_that_each_has_on_its_own():
    values = np.random.default_rng(3).normal(size=(5, 7))
    values[0, 1] = values[2:, 2] = values[1:, 3] = values[:, 4] = np.nan
    values[:, 5] = 0.1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        together = np.stack(mean_intervals(values), axis=1)
    np.testing.assert_allclose(together, [mean_interval(column) for column in values.T], rtol=1e-12)
