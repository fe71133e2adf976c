"""Networks whose latency an export has measured, with what they reached over all trials."""

import math

from lth_keras.paths import network_label
from lth_keras.statistics.summary import final_column
from lth_keras.store.export_cards import kept_cards

_BATCH = "1"


def latency_points(run, group=""):
    """What `figures.latencies.metric_by_latency` takes: each network in its fastest format.

    Beside the exported networks there are those that they were timed against: the dense one, and
    the one of their size.

    Args:
      run: `StoredRun`.
      group: what points of this run are called together; '' where there is no other run.
    """
    points = {}
    for card in kept_cards(run.paths):
        timing = card.get("timing")
        if not timing:
            continue
        where = card["provenance"]
        networks = {"own": (where["variant"], where["round"]), "dense": ("full", 0)}
        if timing["matched"]:
            networks["matched"] = (timing["matched"].partition("@")[0], where["round"])
        for which, (variant, round) in networks.items():
            timed = [(entry if which == "own" else entry[which], name)
                     for name, entry in card["formats"].items() if "dense" in entry]
            fastest, name = min(timed, key=lambda each: each[0]["seconds"][_BATCH])
            reached = _reached(run, variant, round)
            if reached is not None:
                label = f"{network_label(variant, round)}, {name}"
                points.setdefault((variant, round), {
                    "name": f"{group}: {label}" if group else label, "group": group or variant,
                    "seconds": fastest["seconds"][_BATCH],
                    "low": fastest["quartiles"][_BATCH][0],
                    "high": fastest["quartiles"][_BATCH][1], **reached})
    return list(points.values())


def _reached(run, variant, round):
    """{'mean', 'ci_low', 'ci_high'} of a network's final test metric; None where it has none."""
    rows = run.summary[(run.summary["variant"] == variant) & (run.summary["round"] == round)]
    stem = final_column(run.metric)
    if rows.empty or math.isnan(rows[f"{stem}_mean"].iloc[0]):
        return None
    return {end: float(rows[f"{stem}_{end}"].iloc[0]) for end in ("mean", "ci_low", "ci_high")}
