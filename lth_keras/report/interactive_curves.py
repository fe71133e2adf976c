"""Figures to hover over and zoom into, inside the page: nothing is loaded from elsewhere.

Bokeh's core library (1.3 MB) is embedded once. Where JavaScript is off, the page keeps the same
as pictures.
"""

import dataclasses
import math
import re

from lth_keras.figures.curves import late_range
from lth_keras.paths import network_label
from lth_keras.report.interactive_densities import interactive_densities
from lth_keras.report.interactive_style import dress, line_styles, new_figure
from lth_keras.statistics.summary import without_diverged

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
    """The `InteractiveCurves` of a `StoredRun`: its metric against density and against steps, and
    its training loss.

    Returns None where no variant was evaluated.
    """
    rows = without_diverged(run.metrics)
    rows = rows[rows["variant"] != "imp"]
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
        title: _figure(rows, column, scale, title, metric)
        for title, (column, scale) in columns.items() if rows[column].map(math.isfinite).any()
    }
    if not figures:
        return None
    densities = interactive_densities(run)
    if densities is not None:
        figures = dict([densities]) | figures
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


def _figure(rows, column, scale, title, metric):
    from bokeh.models import HoverTool

    logarithmic = column == "train_loss"
    # The first view leaves out the steep start, as the picture does; zooming out shows it.
    finite = rows[rows[column].map(math.isfinite)]
    limits = None if logarithmic else late_range(finite, column, metric)
    shown = new_figure(
        y_axis_type="log" if logarithmic else "linear", x_axis_label="step",
        y_axis_label=title.removesuffix(" against steps"),
        **({} if limits is None else {"y_range": limits}))
    lines = list(_lines(rows, column, scale, logarithmic))
    styles = line_styles([network for network, _ in lines])
    for network, points in lines:
        name = network_label(*network)
        drawn = shown.line(
            "step", "mean", source=points, legend_label=name, name=name, **styles[network])
        # $name is the line's name; an @ in a plain text would mean a column.
        shown.add_tools(HoverTool(
            renderers=[drawn], tooltips=[("network", "$name"), ("step", "@step{0,0}"),
                                         ("mean", "@mean{0.0000}"), ("trials", "@each")]))
    dress(shown)
    return shown


def _lines(rows, column, scale, logarithmic):
    """((variant, round), columns of its points) of each network: means over trials by step."""
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
        yield (variant, round), {
            "step": means.index[keep].tolist(), "mean": means.iloc[keep].tolist(),
            "each": each.iloc[keep].tolist()}
