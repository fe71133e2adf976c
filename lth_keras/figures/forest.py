"""Paired differences against a reference, one under the other."""

import math

from lth_keras.figures import style
from lth_keras.statistics.comparisons import SIGNIFICANCE
from lth_keras.store.stored_run import label

# More do not fit on a page; of more rounds some are shown, evenly.
_MOST_ROWS = 40


def forest(comparisons, reference, margin, subject):
    """The difference of each network from the reference, its interval, and what Holm leaves of it.

    Args:
      comparisons: what `statistics.comparisons` gives.
      reference: 'ticket' or 'full'.
      margin: the non-inferiority margin, 0 to 1.
      subject: network, data, trials.

    Returns:
      A figure, or None without a comparison.
    """
    rows = comparisons[comparisons["reference"] == reference]
    if rows.empty:
        return None
    each_round = sorted(set(rows.loc[rows["round"] > 0, "round"]))
    most = max(1, _MOST_ROWS // rows["variant"].nunique())
    rows = rows[rows["round"].isin([0, *style.spread(each_round, most)])].to_dict("records")
    long = max(len(label(row["variant"], row["round"])) for row in rows)
    figure, axes = style.new(
        1, 1, style.COLUMN if long < 20 else 4.6, 1.15 + 0.19 * len(rows), subject,
        "Final test accuracy minus that of the " + (
            "ticket" if reference == "ticket" else "full network"))
    panel = axes[0, 0]
    for place, row in enumerate(rows):
        difference = 100 * row["difference"]
        clear = not math.isnan(row["p_holm"]) and row["p_holm"] < SIGNIFICANCE
        colour = style.verdict_colour(clear, difference)
        if not math.isnan(row["ci_low"]):
            panel.plot([100 * row["ci_low"], 100 * row["ci_high"]], [place, place], color=colour,
                       linewidth=1.2, solid_capstyle="butt")
        # One trial has no interval anywhere; of several, what has none is not a narrow one.
        equal = row["trials"] > 1 and math.isnan(row["ci_low"])
        panel.plot(difference, place, marker="x" if equal else "o", markersize=4.5, color=colour,
                   markerfacecolor=colour if clear else "white", linestyle="none")
    panel.axvline(0, color="black", linewidth=0.7)
    panel.axvline(-100 * margin, color="#555555", linewidth=0.7, linestyle=":")
    panel.set_yticks(range(len(rows)), [label(row["variant"], row["round"]) for row in rows])
    panel.set_ylim(len(rows) - 0.4, -0.6)
    panel.grid(False, axis="y")
    panel.set_xlabel(
        "points, paired by trial, 95 % interval\n"
        f"filled: p < {SIGNIFICANCE} after Holm; dotted: margin")
    return figure
