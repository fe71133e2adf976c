"""Networks whose latency an export has measured, with what they reached over all trials."""

import math

from lth_keras.paths import network_label, round_name
from lth_keras.statistics.summary import final_column
from lth_keras.store.export_cards import kept_cards, was_busy

_BATCH = "1"
# What rounding in another order may change of the metric: the promise of the float32 formats.
_FLOAT32 = 0.0005


def latency_points(run, group=""):
    """What `figures.latencies.metric_by_latency` takes: each network in its fastest float32 format.

    Formats of lower precision, float16 and int8, are left out: they may reach another metric than
    the run's, which is of float32. A network that was timed in those alone has no point.

    Beside the exported networks there are those that they were timed against: the dense one, and
    the one of their size. Where the machine was busy meanwhile, the point's name says so.

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
        exact = {name: entry for name, entry in card["formats"].items()
                 if "dense" in entry and _is_float32(entry)}
        for which, (variant, round) in networks.items() if exact else ():
            timed = [(entry if which == "own" else entry[which], name)
                     for name, entry in exact.items()]
            fastest, name = min(timed, key=lambda each: each[0]["seconds"][_BATCH])
            reached, label = _reached(run, variant, round), network_label(variant, round)
            if which == "dense" and reached is None:  # A run without the variant `full`.
                reached, label = _reached(run, "imp", 0), round_name(0)
            if reached is not None:
                label += f", {name}{', busy' if was_busy(timing) else ''}"
                seconds, known = fastest["seconds"][_BATCH], points.get((variant, round))
                # A network may have been exported twice, once of them compacted.
                if known is None or seconds < known["seconds"]:
                    points[variant, round] = {
                        "name": f"{group}: {label}" if group else label,
                        "group": group or variant, "seconds": seconds,
                        "low": fastest["quartiles"][_BATCH][0],
                        "high": fastest["quartiles"][_BATCH][1], **reached}
    return list(points.values())


def _is_float32(entry):
    allowed = entry.get("metric_tolerance")
    return allowed is not None and allowed <= _FLOAT32


def _reached(run, variant, round):
    """{'mean', 'ci_low', 'ci_high'} of a network's final test metric; None where it has none."""
    rows = run.summary[(run.summary["variant"] == variant) & (run.summary["round"] == round)]
    stem = final_column(run.metric)
    if rows.empty or math.isnan(rows[f"{stem}_mean"].iloc[0]):
        return None
    return {end: float(rows[f"{stem}_{end}"].iloc[0]) for end in ("mean", "ci_low", "ci_high")}
