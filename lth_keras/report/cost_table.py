"""The report's table of what each network cost, beside what it reached."""

import math

from lth_keras.paths import network_label
from lth_keras.report.report_tables import NOTHING, Table, interval, show
from lth_keras.statistics.summary import final_column
from lth_keras.statistics.training_costs import pareto
from lth_keras.store.export_cards import count


def has_rivals(run):
    """Whether a sparse network was made without the rounds of pruning that a ticket needs.

    Where there is none, every sparse network costs what the ticket does, and costs say nothing.

    Args:
      run: `StoredRun`.
    """
    if run.costs["training_flops"].isna().all():
        return False
    sparse = {(each["variant"], each["round"]) for each in run.facts.values()
              if each["variant"] != "imp" and each["density"] < 1 and not each["architecture"]}
    own = run.costs[run.costs["found_first"].map(lambda found: found is False)]
    return bool(sparse & set(zip(own["variant"], own["round"], strict=True)))


def costs(run):
    """Cost and result of each variant's networks, those on a Pareto front marked.

    Args:
      run: `StoredRun`.
    """
    rows = [row for row in run.summary.to_dict("records") if row["variant"] != "imp"]
    value = f"{final_column(run.metric)}_mean"
    fronts = [
        pareto([(row.get(column, math.nan), run.metric.sign * row[value]) for row in rows])
        for column in ("training_flops_mean", "density")
    ] if has_rivals(run) else ()
    full = _training(rows, "full", 0)
    shown = []
    for place, row in enumerate(rows if fronts else ()):
        spent = row["training_flops_mean"]
        on = [name for name, front in zip(("training", "density"), fronts, strict=True)
              if front[place]]
        shown.append([
            network_label(row["variant"], row["round"]), f"{100 * row['density']:.3g}",
            interval(*(row[f"{final_column(run.metric)}_{end}"] for end in (
                "mean", "ci_low", "ci_high")), run.metric.scale, run.metric.digits),
            NOTHING if math.isnan(row["updates_mean"]) else f"{row['updates_mean']:,.0f}",
            _times(spent, 1, _flops), _times(spent, full, _ratio),
            _times(spent, _training(rows, "ticket", row["round"]), _ratio),
            _times(row["inference_multiply_adds_mean"], 1, _flops), ", ".join(on) or NOTHING,
        ])
    unit = " (%)" if run.metric.is_share else ""
    return Table(
        "costs", f"What each network cost: {run.subject}",
        ["network", "kept (%)", f"final test {run.metric.short.removesuffix(' %')}{unit}",
         "updates", "training (FLOPs)", "of full's (×)", "of the ticket's (×)",
         "multiply-adds of an example", "Pareto front"],
        shown,
        "Training: floating-point operations of the network's own training and of all networks "
        "that it was made from, so that a ticket's has all rounds in which its mask was found. An "
        "update takes three products with each kernel, in which a pruned weight takes no part; a "
        "method that looks at the gradients of all weights pays for them. That is the work of a "
        "machine that skips every zero, and not the time that a training took. Means over trials. "
        "Pareto front: no other network of this table reached as much for less training, or with "
        "fewer weights.",
    )


def _training(rows, variant, round):
    return next((row.get("training_flops_mean", math.nan) for row in rows
                 if (row["variant"], row["round"]) == (variant, round)), math.nan)


def _times(value, unit, text):
    ratio = value / unit if unit else math.nan
    return NOTHING if math.isnan(ratio) else text(ratio)


def _flops(value):
    return count(int(value))


def _ratio(value):
    return show(value, 2)
