"""Metrics and layers against the share of weights kept, read off the drawn figures."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection

from lth_keras.figures import densities, style
from lth_keras.metric import ACCURACY
from lth_keras.statistics.summary import summarise, trial_values
from lth_keras.store.metrics import COLUMNS
from tests.statistics.accuracy_rows import accuracy_row, table_fields


def row(variant, round, density, mean, low, high, **more):
    return {"variant": variant, "round": round, "density": density, "trials": 3, "diverged": 0,
            "test_accuracy_final_mean": mean, "test_accuracy_final_ci_low": low,
            "test_accuracy_final_ci_high": high, **more}


SUMMARY = pd.DataFrame([
    row("full", 0, 1.0, 0.9, 0.88, 0.92), row("ticket", 1, 0.5, 0.91, 0.9, 0.92),
    row("ticket", 2, 0.25, 0.87, 0.86, 0.88)])


def drawn(variants=("full", "ticket"), **options):
    with style.settings():
        return densities.metric_by_density(
            SUMMARY, ["test_accuracy_final"], "made up", "Accuracy", variants, **options)


def test_a_line_by_density_and_the_full_network_as_a_level():
    (panel,) = drawn().axes
    lines = {line.get_label(): line for line in panel.lines}
    np.testing.assert_allclose(lines["ticket"].get_xdata(), [25, 50])
    np.testing.assert_allclose(lines["ticket"].get_ydata(), [87, 91])
    np.testing.assert_allclose(lines["full"].get_ydata(), [90, 90])
    assert panel.get_xscale() == "log" and np.diff(panel.get_xlim()) < 0  # It falls to the right.
    assert [f"{value:g}" for value in panel.xaxis.get_major_locator().locs] == ["100", "50", "25"]


def test_nothing_is_drawn_where_nothing_depends_on_a_round():
    assert drawn(("full",)) is None
    assert drawn(ceilings={"test_accuracy_final": 0.87}) is None  # No value is below it.


def test_a_line_for_each_layer():
    with style.settings():
        figure = densities.layer_densities(
            {"fc1": [(1, 0.5), (0, 1.0)], "out": [(0, 1.0), (1, 0.9)]}, "made up")
    (panel,) = figure.axes
    assert [line.get_label() for line in panel.lines] == ["fc1", "out"]
    np.testing.assert_allclose(panel.lines[0].get_xydata(), [[0, 100], [1, 50]])
    assert densities.layer_densities({"fc1": []}, "made up") is None


FINALS = {("full", 0): (0.95, 0.97), ("ticket", 1): (0.94, 0.96), ("remask", 1): (0.90, 0.91)}


@pytest.fixture
def metrics():
    rows = [
        accuracy_row(trial, variant, round, 0.8**round, 10 * epoch, epoch, 1 / epoch, 0.5,
                     1 / epoch, 0.5, 1 / epoch, value - 0.1 * (2 - epoch))
        for (variant, round), values in FINALS.items() for trial, value in enumerate(values, 1)
        for epoch in (1, 2)]
    return pd.DataFrame(map(table_fields, rows), columns=list(COLUMNS))


def points_of(panel):
    """[(x, y)] of the small points, by their sets."""
    return [np.asarray(each.get_offsets()) for each in panel.collections
            if isinstance(each, PathCollection)]


def test_each_trial_is_a_point_beside_its_mean(metrics):
    with style.settings():
        figure = densities.metric_by_density(
            summarise(metrics), ("test_accuracy_final",), "x", "t", tuple(n for n, _ in FINALS),
            trials=trial_values(metrics, ACCURACY))
        panel = figure.axes[0]
        means = {line.get_label(): line.get_xydata() for line in panel.get_lines()}
        drawn = points_of(panel)
    for (name, _), values in FINALS.items():
        (own,) = [each for each in drawn if sorted(each[:, 1]) == pytest.approx(
            [100 * value for value in values])]
        if name != "full":  # That is a level line.
            assert own[:, 0] == pytest.approx(means[name][0, 0])
    # Both are of 80 %; they stand beside each other.
    assert means["ticket"][0, 0] > 81 > 79 > means["remask"][0, 0] > 70
