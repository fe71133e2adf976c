"""What figures show, bands above all, read off the drawn figure."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy import stats

from lth_keras import figures
from lth_keras.figures import bands
from lth_keras.figures.curves import draw_curve

VALUES = {2: (0.96, 0.98), 3: (0.96, 0.98, 0.94)}


def drawn(values):
    """(lowest, highest) of the band around two points, and the line's means."""
    metrics = pd.DataFrame([
        {"trial": trial, "epoch": epoch, "test_accuracy": value}
        for trial, value in enumerate(values) for epoch in (1, 2)
    ])
    with figures.settings():
        figure, axes = figures.style.new(1, 1, 3, 3, "made up", "a title")
        draw_curve(axes[0, 0], metrics, "test_accuracy", {"color": "black"}, "full")
        vertices = axes[0, 0].collections[0].get_paths()[0].vertices[:, 1]
        means = axes[0, 0].lines[0].get_ydata()
        figures.close(figure)
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


def labels(panel):
    legend = panel.get_legend()
    return legend and [text.get_text() for text in legend.get_texts()]


def curves_of(networks):
    """The panels of learning curves of {(variant, round)}, two trials each."""
    metrics = pd.DataFrame([
        {"variant": variant, "round": index, "trial": trial, "epoch": epoch, "density": 0.8**index,
         "test_accuracy": 0.9 + 0.01 * trial}
        for variant, index in networks for trial in (1, 2) for epoch in (1, 2)
    ])
    with figures.settings():
        figure = figures.learning_curves(metrics, "test_accuracy", "x")
        panels = [panel for panel in figure.axes if panel.get_visible()]
        figures.close(figure)
    return panels


def test_equal_panels_have_one_legend_and_what_comes_later_its_own():
    one, two, three = curves_of(
        [("full", 0), *((name, i) for name in ("ticket", "remask") for i in (1, 2)),
         ("ticket", 3), ("late", 3)])
    assert labels(one) == ["full", "ticket", "remask"]
    assert labels(two) is None and labels(three) == ["full", "ticket", "late"]


def test_panels_of_other_networks_each_have_a_legend():
    panels = curves_of([("full", 0), ("ticket", 1), *((f"v{i}", 1) for i in range(8))])
    assert [len(labels(panel)) for panel in panels] == [6, 6]


def test_a_difference_without_an_interval_is_a_cross():
    row = {"reference": "full", "variant": "ticket", "density": 0.5, "trials": 2, "p_holm": np.nan,
           "difference": -0.01, "ci_low": np.nan, "ci_high": np.nan}
    other = row | {"ci_low": -0.02, "ci_high": 0.0}
    one = row | {"trials": 1}
    with figures.settings():
        rows = [each | {"round": i} for i, each in enumerate((row, other, one), 1)]
        figure = figures.forest(pd.DataFrame(rows), "full", 0.002, "x")
        lines = figure.axes[0].lines
        markers = [line.get_marker() for line in lines if len(line.get_xdata()) == 1]
        figures.close(figure)
    assert markers == ["x", "o", "o"]


def test_the_axis_shows_networks_that_end_before_a_chain_is_a_tenth_through():
    rows = [{"trial": 1, "variant": "full", "round": 0, "epoch": epoch,
             "test_accuracy": 0.5 + 0.04 * epoch, "density": 1.0} for epoch in range(11)]
    rows += [{"trial": 1, "variant": "fine_tune", "round": 1, "epoch": 100 + epoch,
              "test_accuracy": 0.97, "density": 0.8} for epoch in range(11)]
    with figures.settings():
        figure = figures.learning_curves(pd.DataFrame(rows), "test_accuracy", "made up")
        low, high = figure.axes[0].get_ylim()
        figures.close(figure)
    assert low < 55 and high > 97


def test_nothing_is_cut_off_at_the_edge():
    names = ["full", "ticket", "reinit", "remask", "dense_matched", "random_reinit"]
    metrics = pd.DataFrame([
        {"trial": 1, "variant": name, "round": index, "epoch": epoch, "density": 0.2,
         "test_accuracy": 0.98 - 0.03 / (1 + epoch) - 0.001 * place}
        for place, name in enumerate(names) for index in ((6, 10) if place else (0,))
        for epoch in range(30)
    ])
    with figures.settings():
        figure = figures.learning_curves(metrics, "test_accuracy", "made up")
        # Where room was made for ticks at whole numbers, and there is room for halves then.
        figure.axes[0].set_ylim(94.65, 98.6)
        png, pdf = figures.encode(figure, dpi=100)
        figures.close(figure)
    ink = np.asarray(Image.open(io.BytesIO(png)).convert("L")) < 200
    assert pdf.startswith(b"%PDF") and ink.any()
    assert not ink[[0, -1]].any() and not ink[:, [0, -1]].any()
