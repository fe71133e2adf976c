"""Metrics and layers against the share of weights kept, read off the drawn figures."""

import numpy as np
import pandas as pd

from lth_keras.figures import densities, style


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
