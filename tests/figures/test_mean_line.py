"""A line of means over trials and its band, by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from lth_keras.figures import style
from lth_keras.figures.mean_line import draw_mean


def drawn(table, **options):
    with style.settings():
        _, axes = style.new(1, 1, 3, 3, "a title")
        draw_mean(axes[0, 0], table, "round", "loss", "a name", **options)
    return axes[0, 0]


def test_means_and_intervals_by_position():
    values = {0: (1.0, 2.0, 3.0), 1: (4.0, 4.5, 5.0)}
    panel = drawn(pd.DataFrame([
        {"round": round, "loss": value} for round, each in values.items() for value in each]))
    (line,) = panel.lines
    np.testing.assert_allclose(line.get_xydata(), [[0, 2], [1, 4.5]])
    band = panel.collections[0].get_paths()[0].vertices
    low, high = stats.t.interval(0.95, 2, 2, stats.sem(values[0]))
    assert band[:, 1].min() == pytest.approx(low) and low < 0
    assert high in [pytest.approx(each) for each in band[:, 1]]


def test_a_trial_without_a_value_is_not_counted_for_the_band():
    two, three = (drawn(pd.DataFrame({"round": 0, "loss": values})) for values in (
        [1.0, 2.0], [1.0, np.nan, 2.0]))
    # The band of two trials goes from the one to the other.
    for panel in (two, three):
        band = panel.collections[0].get_paths()[0].vertices[:, 1]
        assert (band.min(), band.max()) == (pytest.approx(1), pytest.approx(2))


def test_a_floor_ends_the_band():
    table = pd.DataFrame({"round": [0] * 3, "loss": [1.0, 2.0, 3.0]})
    panel = drawn(table, floor=lambda means: means / 4)
    assert panel.collections[0].get_paths()[0].vertices[:, 1].min() == 0.5


def test_without_rows_nothing_is_drawn():
    panel = drawn(pd.DataFrame({"round": [], "loss": []}))
    assert not panel.lines and not panel.collections
