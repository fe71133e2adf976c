"""The final test metric against density, to hover over: means, intervals, each trial's value."""

import math

from lth_keras.figures import bands
from lth_keras.figures.style import side_by_side
from lth_keras.paths import network_label
from lth_keras.report.interactive_style import dress, line_styles, new_figure
from lth_keras.statistics.summary import final_column, trial_values

_ROOM = 1.2  # Between the sparsest network and the edge, as a factor.


def interactive_densities(run):
    """(title, Bokeh figure) of a `StoredRun`; None where no variant depends on a round."""
    metric, stem = run.metric, final_column(run.metric)
    summary = run.summary[
        (run.summary["variant"] != "imp") & run.summary[f"{stem}_mean"].notna()]
    pruned = summary[summary["round"] > 0]
    if pruned.empty:
        return None
    lowest = 100 * pruned["density"].min() / _ROOM
    shown = new_figure(
        x_axis_type="log", x_range=(100 * _ROOM, lowest), x_axis_label="weights kept (%)",
        y_axis_label=f"final test {metric.label}")
    # A narrower dense network's density is only near the ticket's: the median is the ticket's.
    densities = 100 * pruned.groupby("round")["density"].median()
    _label(shown, densities)
    values, names = trial_values(run.metrics, metric), list(dict.fromkeys(summary["variant"]))
    styles = line_styles([(name, 0) for name in names])
    for name, beside in side_by_side(names, densities).items():
        rows = summary[summary["variant"] == name].sort_values("density", ascending=False)
        look = styles[name, 0]
        if (rows["round"] == 0).all():  # A level line, as in the picture.
            rows = rows.iloc[[0]]
            ends = [100 * _ROOM, lowest]
            shown.line(ends, [metric.scale * rows[f"{stem}_mean"].iloc[0]] * 2,
                       legend_label=name, **look)
        else:
            shown.line(100 * beside * rows["density"], metric.scale * rows[f"{stem}_mean"],
                       legend_label=name, **look)
        own = values[values["variant"] == name]
        _draw_means(shown, name, _places(rows, name, beside), rows, stem, metric, look)
        _draw_trials(shown, name, _places(own, name, beside), own, stem, metric, look)
    dress(shown)
    return f"Final test {metric.label} against weights kept", shown


def _places(rows, name, beside):
    """Columns of the points of a variant: where they are drawn, and what they are."""
    return {"across": (100 * beside * rows["density"]).tolist(),
            "density": (100 * rows["density"]).tolist(),
            "network": [network_label(name, round) for round in rows["round"]]}


def _draw_means(shown, name, points, rows, stem, metric, look):
    from bokeh.models import HoverTool

    mean, low, high = (metric.scale * rows[f"{stem}_{end}"].to_numpy(float)
                       for end in ("mean", "ci_low", "ci_high"))
    points |= {
        "mean": mean.tolist(), "interval": [
            "none" if math.isnan(start) else f"{start:.2f} to {end:.2f}"
            for start, end in zip(low, high, strict=True)]}
    points["low"], points["high"] = (each.tolist() for each in bands.drawn(
        mean, low, high, (rows["trials"] - rows["diverged"]).to_numpy()))
    shown.segment("across", "low", "across", "high", source=points, color=look["color"],
                  line_alpha=0.6, legend_label=name)
    drawn = shown.scatter("across", "mean", source=points, color=look["color"], size=8,
                          legend_label=name, name=name)
    shown.add_tools(HoverTool(renderers=[drawn], tooltips=[
        ("network", "@network"), ("weights kept", "@density{0.0} %"), ("mean", "@mean{0.00}"),
        ("95 % interval", "@interval")]))


def _draw_trials(shown, name, points, values, stem, metric, look):
    from bokeh.models import HoverTool

    points |= {"value": (metric.scale * values[stem]).tolist(), "trial": values["trial"].tolist()}
    drawn = shown.scatter("across", "value", source=points, color=look["color"], size=5,
                          alpha=0.45, legend_label=name, name=f"{name}, each trial")
    shown.add_tools(HoverTool(renderers=[drawn], tooltips=[
        ("network", "@network"), ("trial", "@trial"), ("value", "@value{0.00}")]))


def _label(shown, densities):
    """Ticks where networks are; those too near to another would cover its label."""
    chosen = [100.0]
    for density in sorted(densities, reverse=True):
        if density < 0.88 * chosen[-1]:
            chosen.append(density)
    shown.xaxis.ticker = chosen
    shown.xaxis.major_label_overrides = {each: f"{each:.3g}" for each in chosen}
