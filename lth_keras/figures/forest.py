"""Paired differences against a reference, one under the other."""

import math

from lth_keras.figures import style
from lth_keras.metric import ACCURACY
from lth_keras.paths import network_label
from lth_keras.statistics.comparisons import CLEAR, SIGNIFICANCE, significance

# More do not fit on a page; of more rounds some are shown, evenly.
_MOST_ROWS = 40
_LONG_NAME = 20
_BELOW = 0.26  # Rows: the trials stand below their interval.
_NAMES = {"ticket": "ticket", "full": "full network"}


def forest(comparisons, reference, margin, subject, metric=ACCURACY, each=None):
    """The difference of each network from the reference, its interval, and what Holm leaves of it.

    Args:
      comparisons: what `statistics.comparisons` gives.
      reference: 'ticket' or 'full'.
      margin: the non-inferiority margin, in the metric's unit.
      subject: network, data, trials.
      metric: the `Metric` that the differences are of.
      each: {(variant, round): [difference of each trial]}, drawn as small points.

    Returns:
      A figure, or None without a comparison.
    """
    rows = _shown_rows(comparisons[comparisons["reference"] == reference])
    if not rows:
        return None
    names = [network_label(row["variant"], row["round"]) for row in rows]
    width = style.COLUMN if max(map(len, names)) < _LONG_NAME else 4.6
    figure, axes = style.new(
        1, 1, width, 1.3 + 0.19 * len(rows),
        f"Final test {metric.words} minus that of the {_NAMES[reference]}", subject)
    panel = axes[0, 0]
    for place, row in enumerate(rows):
        _draw_row(panel, place, row, metric)
        style.draw_trials(
            panel, [metric.scale * value for value in
                    (each or {}).get((row["variant"], row["round"]), ())], place + _BELOW)
    panel.axvline(0, color=style.BLACK, linewidth=0.7)
    panel.axvline(-metric.sign * metric.scale * margin, color=style.GREY, linewidth=0.7,
                  linestyle=":")
    panel.set_yticks(range(len(rows)), names)
    panel.set_ylim(len(rows) - 0.4, -0.6)
    panel.grid(False, axis="y")
    panel.set_xlabel(
        f"{metric.difference_unit.strip() or metric.words}, paired by trial, 95 % interval\n"
        f"filled: clear, p < {SIGNIFICANCE} after Holm\ndotted: margin; small: trials")
    return figure


def _shown_rows(rows):
    """The rows as dicts; of more rounds than fit on a page some, evenly."""
    if rows.empty:
        return []
    rounds = sorted(set(rows.loc[rows["round"] > 0, "round"]))
    most = max(1, _MOST_ROWS // rows["variant"].nunique())
    return rows[rows["round"].isin([0, *style.spread(rounds, most)])].to_dict("records")


def _draw_row(panel, place, row, metric):
    difference = metric.scale * row["difference"]
    is_clear = significance(row) == CLEAR
    has_interval = not math.isnan(row["ci_low"])
    colour = style.verdict_colour(is_clear, metric.sign * difference)
    if has_interval:
        ends = [metric.scale * row[end] for end in ("ci_low", "ci_high")]
        panel.plot(ends, [place, place], color=colour, linewidth=1.2, solid_capstyle="butt")
    # One trial never has an interval. Where several have none, a cross says so: their differences
    # are all equal, which is not a narrow interval.
    marker = "x" if row["trials"] > 1 and not has_interval else "o"
    panel.plot(difference, place, marker=marker, markersize=4.5, color=colour,
               markerfacecolor=colour if is_clear else "white", linestyle="none")
