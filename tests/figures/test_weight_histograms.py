"""Distributions of kept weights, read off the drawn figure."""

import numpy as np
import pytest

from lth_keras.figures import style, weight_histograms


def test_densities_of_the_start_above_and_the_end_below():
    random = np.random.default_rng(0)
    start, end = random.normal(0, 1, 4000), np.append(random.normal(0, 2, 3999), np.nan)
    with style.settings():
        figure = weight_histograms.weight_distributions(
            [("ticket@06", start, end, [("reinit@06", start[::2])])], "made up")
    above, below = figure.axes
    assert above.get_title() == "ticket@06, at the start\n4,000 weights"
    assert below.get_title() == "ticket@06, after training\n4,000 weights"
    assert [text.get_text() for text in above.get_legend().get_texts()] == ["reinit@06: drawn"]
    for panel, values in ((above, start), (below, end[:-1])):
        heights, edges, _ = panel.patches[0].get_data()
        inside = np.mean((values >= edges[0]) & (values <= edges[-1]))
        assert np.sum(heights * np.diff(edges)) == pytest.approx(inside) and inside > 0.998


def test_weights_that_are_none_draw_nothing():
    lost = np.full(5, np.nan)
    with style.settings():
        figure = weight_histograms.weight_distributions([("full", lost, lost, [])], "made up")
    assert [len(panel.patches) for panel in figure.axes] == [0, 0]
    assert weight_histograms.weight_distributions([], "made up") is None
