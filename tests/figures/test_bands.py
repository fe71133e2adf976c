"""The band around a line of means, read off the drawn figure."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from lth_keras.figures import bands, style
from lth_keras.figures.curves import draw_curve

VALUES = {2: (0.96, 0.98), 3: (0.96, 0.98, 0.94)}


def drawn(values):
    """(lowest, highest) of the band around two points, and the line's means."""
    metrics = pd.DataFrame([
        {"trial": trial, "epoch": epoch, "test_accuracy": value}
        for trial, value in enumerate(values) for epoch in (1, 2)
    ])
    with style.settings():
        figure, axes = style.new(1, 1, 3, 3, "a title", "made up")
        draw_curve(axes[0, 0], metrics, "test_accuracy", "full", {"color": "black"})
        vertices = axes[0, 0].collections[0].get_paths()[0].vertices[:, 1]
        means = axes[0, 0].lines[0].get_ydata()
    return vertices.min(), vertices.max(), means


def test_of_two_trials_it_goes_from_one_to_the_other():
    low, high, means = drawn(VALUES[2])
    assert (low, high) == pytest.approx((96, 98))
    np.testing.assert_allclose(means, 97)


def test_of_more_it_is_the_interval():
    low, high, means = drawn(VALUES[3])
    error = stats.sem(100 * np.array(VALUES[3]))
    assert (low, high) == pytest.approx(stats.t.interval(0.95, 2, 96, error))
    np.testing.assert_allclose(means, 96)


def test_each_of_several_has_its_own():
    low, high = bands.drawn(np.array([5.0, 5.0, 5.0]), np.array([-7.7062, 3.0, np.nan]),
                            np.array([17.7062, 7.0, np.nan]), np.array([2, 4, 1]))
    np.testing.assert_allclose(low, [4, 3, np.nan], atol=1e-4)
    np.testing.assert_allclose(high, [6, 7, np.nan], atol=1e-4)
