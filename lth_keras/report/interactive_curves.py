"""Learning curves to hover over and zoom into, inside the page: nothing is loaded from elsewhere.

Bokeh's core library (1.3 MB) is embedded once. Where JavaScript is off, the page keeps the same
curves as a picture.
"""

import dataclasses
import math
import re

from lth_keras.figures.style import variant_styles
from lth_keras.paths import network_label

_DASHES = {"-": "solid", "--": "dashed", "-.": "dashdot", ":": "dotted"}
# As far from white as from the dark page: a contrast of 4.2 with both.
_NEUTRAL = "#747c85"
_HEIGHT = 380
_ID = re.compile(r"\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|p\d{4,})\b")
_MOST_POINTS = 400  # Points of a line: of a longer training some are left out, but not the last.


@dataclasses.dataclass(frozen=True)
class InteractiveCurves:
    """Curves as HTML.

    Attributes:
      library: Bokeh's JavaScript, as a text without tags.
      script: a script element that draws the curves.
      panels: [(title, div element)].
    """

    library: str
    script: str
    panels: list


def interactive_curves(run):
    """The `InteractiveCurves` of a `StoredRun`: its metric and its training loss against steps.

    Returns None where no variant was evaluated.
    """
    rows = run.metrics[run.metrics["variant"] != "imp"]
    if rows.empty:
        return None
    # The import takes half a second; only reports need it.
    from bokeh.embed import components
    from bokeh.resources import Resources

    metric = run.metric
    columns = {
        f"Test {metric.label} against steps": (f"test_{metric.name}", metric.scale),
        "Training loss against steps": ("train_loss", 1),
    }
    figures = {
        title: _figure(rows, column, scale, title) for title, (column, scale) in columns.items()
        if rows[column].map(math.isfinite).any()
    }
    if not figures:
        return None
    script, divs = components(list(figures.values()))
    script, *divs = _with_stable_ids([script, *divs])
    library = "\n".join(Resources(mode="inline", components=["bokeh"]).js_raw)
    return InteractiveCurves(library, script, list(zip(figures, divs, strict=True)))


def _with_stable_ids(texts):
    """The texts with Bokeh's ids, which are drawn anew each time, counted in their order.

    So the same run gives the same page, byte for byte.
    """
    names = {}

    def stable(match):
        return names.setdefault(match[0], f"curves-{len(names) + 1}")

    return [_ID.sub(stable, text) for text in texts]


def _figure(rows, column, scale, title):
    from bokeh.models import HoverTool
    from bokeh.plotting import figure

    logarithmic = column == "train_loss"
    shown = figure(
        height=_HEIGHT, sizing_mode="stretch_width", y_axis_type="log" if logarithmic else "linear",
        x_axis_label="step", y_axis_label=title.removesuffix(" against steps"),
        tools="pan,box_zoom,wheel_zoom,reset", active_drag="box_zoom", active_scroll=None,
    )
    lines = list(_lines(rows, column, scale, logarithmic))
    styles = variant_styles(list(dict.fromkeys(variant for variant, _, _ in lines)))
    for variant, name, points in lines:
        look = styles[variant]
        dash = look["linestyle"] if isinstance(look["linestyle"], str) else "--"
        color = _NEUTRAL if variant == "full" else look["color"]
        drawn = shown.line(
            "step", "mean", source=points, color=color, line_width=2, line_dash=_DASHES[dash],
            legend_label=name, name=name)
        # $name is the line's name; an @ in a plain text would mean a column.
        shown.add_tools(HoverTool(
            renderers=[drawn], tooltips=[("network", "$name"), ("step", "@step{0,0}"),
                                         ("mean", "@mean{0.0000}"), ("trials", "@each")]))
    _dress(shown)
    return shown


def _lines(rows, column, scale, logarithmic):
    """(variant, label, columns of its points) of each network: means over trials by step."""
    for (variant, round), network in rows.groupby(["variant", "round"], sort=False):
        network = network[network[column].map(math.isfinite)]
        if logarithmic:
            network = network[network[column] > 0]
        if network.empty:
            continue
        by_step = (scale * network.set_index("step")[column]).groupby(level=0)
        means, each = by_step.mean(), by_step.agg(
            lambda values: ", ".join(f"{value:.4g}" for value in values))
        keep = sorted({*range(0, len(means), -(-len(means) // _MOST_POINTS)), len(means) - 1})
        yield variant, network_label(variant, round), {
            "step": means.index[keep].tolist(), "mean": means.iloc[keep].tolist(),
            "each": each.iloc[keep].tolist()}


def _dress(shown):
    """Colours for a light and a dark page; a legend below whose entries switch lines on and off."""
    shown.background_fill_alpha = shown.border_fill_alpha = 0
    shown.toolbar.logo = None
    for axis in shown.axis:
        axis.axis_label_text_color = axis.major_label_text_color = _NEUTRAL
        axis.axis_line_color = axis.major_tick_line_color = axis.minor_tick_line_color = _NEUTRAL
    shown.grid.grid_line_color, shown.grid.grid_line_alpha = _NEUTRAL, 0.25
    legend = shown.legend[0]
    legend.click_policy = "hide"
    legend.background_fill_alpha = legend.border_line_alpha = 0
    legend.label_text_color = _NEUTRAL
    legend.label_text_font_size = "11px"
    legend.ncols = 3
    shown.add_layout(legend, "below")
