"""The figures of measures have the style of all figures, and nothing is cut off."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from lth_keras.figures import charts, style


def drawn(columns, names):
    """A measure's figure with a line for each name, and a legend below."""
    table = pd.DataFrame([
        {"round": round, "trial": trial, "loss": 10.0 ** -round * (1 + trial)}
        for round in range(3) for trial in range(3)
    ])
    with style.settings():
        figure, axes = charts.panels(columns, title="Loss by round: made up, 3 trials")
        for panel in axes:
            charts.log_scale(panel, "y")
            for index, name in enumerate(names):
                charts.mean_line(panel, table, "round", "loss", index, name)
            charts.whole_ticks(panel)
            charts.label(panel, "round", "loss", legend=False)
        charts.legend_below(figure, axes[0])
        return figure, style.encode(figure)[0]


@pytest.mark.parametrize("columns, width", [(1, style.COLUMN), (2, style.PAGE)])
def test_a_figure_is_as_wide_as_a_column_or_a_page(columns, width):
    figure, png = drawn(columns, ["one"])
    assert Image.open(io.BytesIO(png)).width == round(width * style.dots_per_inch())
    sizes = {text.get_fontsize() for axes in figure.axes for text in (
        axes.xaxis.label, axes.yaxis.label)}
    assert sizes == {7.5} and figure.get_suptitle() == "Loss by round: made up, 3 trials"


def test_lines_beyond_the_last_colour_differ_from_the_first_ones():
    figure, _ = drawn(1, [str(index) for index in range(10)])
    lines = figure.axes[0].lines
    assert lines[8].get_color() == lines[0].get_color()
    assert (lines[0].get_linestyle(), lines[8].get_linestyle()) == ("-", "--")
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == 10


@pytest.mark.parametrize("columns", [1, 2])
def test_long_names_are_not_cut_off(columns):
    names = [f"the projected rewind point to the {which} minimum" for which in (
        "new", "previous", "next")]
    _, png = drawn(columns, names)
    ink = np.asarray(Image.open(io.BytesIO(png)).convert("L")) < 200
    assert ink.any() and not ink[[0, -1]].any() and not ink[:, [0, -1]].any()


def test_on_a_logarithmic_axis_the_band_ends_below_the_lowest_mean():
    figure, _ = drawn(1, ["one"])
    lowest = figure.axes[0].collections[0].get_paths()[0].vertices[:, 1].min()
    # The mean of 0.01, 0.02 and 0.03 is 0.02; its interval reaches below 0, to -0.0048.
    assert lowest == pytest.approx(0.01)


def test_a_floor_is_there_only_where_a_mean_is_above_zero():
    assert charts._half_the_lowest(np.array([0.0, 1.0, np.nan, 3.0])) == 0.5
    assert np.isnan(charts._half_the_lowest(np.zeros(2)))
