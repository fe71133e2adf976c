"""What networks reach for what they cost: the metric against training, and against density."""

import numpy as np

from lth_keras.figures import bands, style
from lth_keras.metric import ACCURACY
from lth_keras.statistics.summary import final_column
from lth_keras.statistics.training_costs import pareto

# A share of 100 % stands at a finite place.
_FULL = 100.1
_TICKS = (10, 20, 30, 40, 50, 60, 70, 80, 85, 90, 92, 94, 96, 97, 98, 98.5, 99, 99.5, 99.8)
_PANELS = (
    ("training_flops_mean", 1e-12, "training, its mask's search included (10¹² FLOPs)"),
    ("density", 100, "weights kept (%)"),
)


def cost_fronts(summary, subject, metric=ACCURACY, trials=None):
    """Each network as a point with its intervals, the densities of one variant joined by a thin
    line; a dashed line joins the networks that no other one beats.

    Args:
      summary: what `with_costs` gives; its rounds of IMP are left out.
      subject: network, data, trials.
      metric: the `Metric` that the summary is of.
      trials: what `trial_values` gives, drawn as small points at their network's mean cost.

    Returns:
      A figure, or None where no network has both a cost and a value.
    """
    value = final_column(metric)
    rows = summary[(summary["variant"] != "imp") & summary[f"{value}_mean"].notna()
                   & summary["training_flops_mean"].notna()]
    if rows.empty:
        return None
    title = f"Final test {metric.words} for what it costs"
    figure, axes = style.new(1, 2, style.PAGE, 4.4, title, subject)
    styles = style.variant_styles(list(dict.fromkeys(rows["variant"])))
    for panel, (column, scale, label) in zip(axes.flat, _PANELS, strict=True):
        for variant, options in styles.items():
            _draw_points(panel, rows[rows["variant"] == variant], column, scale, value, metric,
                         {**options, "linestyle": "-", "linewidth": 0.4, "label": variant})
            if trials is not None:
                own = rows.merge(trials[trials["variant"] == variant], on=["variant", "round"],
                                 suffixes=("", "_of_trial"))
                style.draw_trials(panel, scale * own[column], metric.scale * own[value],
                                  options["color"])
        _draw_front(panel, rows, column, scale, value, metric)
        panel.set_xscale("log")
        if metric.is_share and metric.higher_is_better:
            _spread_near_the_top(panel, metric.scale * rows[f"{value}_mean"].to_numpy(float))
        panel.set_xlabel(label)
        panel.set_ylabel(f"final test {metric.label}")
    handles, labels = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5, fontsize=6)
    return figure


def _draw_points(panel, rows, column, scale, value, metric, options):
    mean, low, high = (
        metric.scale * rows[f"{value}_{end}"].to_numpy(float)
        for end in ("mean", "ci_low", "ci_high"))
    trials = (rows["trials"] - rows["diverged"]).to_numpy()
    low, high = bands.drawn(mean, low, high, trials)
    across = scale * rows[column].to_numpy(float)
    sides = None
    stem = column.removesuffix("_mean")
    if f"{stem}_ci_low" in rows:
        ends = [scale * rows[f"{stem}_{end}"].to_numpy(float) for end in ("ci_low", "ci_high")]
        sides = _lengths(across, *bands.drawn(across, *ends, trials))
        # On a logarithmic axis an interval must not reach down to 0.
        sides[0] = np.minimum(sides[0], 0.9 * across)
    panel.errorbar(across, mean, _lengths(mean, low, high), sides, elinewidth=0.7, **options)


def _spread_near_the_top(panel, means):
    """An axis that is logarithmic in what lacks to 100 %: 98 to 99 is as far as 60 to 80.

    Most networks lie near the top, and one that failed would press them into one line. It shows the
    means; an interval may reach beyond.
    """
    panel.set_yscale("function", functions=(
        lambda share: -np.log10(np.maximum(_FULL - share, 1e-3)), lambda y: _FULL - 10.0**-y))
    lacking = _FULL - means
    low, high = _FULL - 1.25 * lacking.max(), _FULL - 0.75 * lacking.min()
    panel.set_ylim(low, high)
    panel.set_yticks([tick for tick in _TICKS if low <= tick <= high], minor=False)
    panel.set_yticks([], minor=True)


def _lengths(mean, low, high):
    """What `errorbar` takes: how far down and up; 0 without an interval."""
    return np.nan_to_num(np.array([mean - low, high - mean]))


def _draw_front(panel, rows, column, scale, value, metric):
    points = [(cost, metric.sign * reached) for cost, reached in zip(
        rows[column], rows[f"{value}_mean"], strict=True)]
    front = sorted((cost, metric.sign * reached) for (cost, reached), is_on in zip(
        points, pareto(points), strict=True) if is_on)
    across, reached = np.array(front, float).T
    panel.plot(scale * across, metric.scale * reached, color=style.GREY, linewidth=0.9,
               linestyle=(0, (4, 2)), zorder=0, label="Pareto front")
