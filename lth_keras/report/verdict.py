"""The verdict that a report opens with: is there a winning ticket, and at which density."""

import dataclasses
import math

from lth_keras.metric import capitalised
from lth_keras.paths import network_label
from lth_keras.report.report_tables import show
from lth_keras.statistics.comparisons import CLEAR, significance
from lth_keras.statistics.noninferiority import ONE_TRIAL
from lth_keras.statistics.summary import without_diverged

WINS, LOSES, OPEN = "a winning ticket", "no winning ticket", "open"
# So many networks of one speed are named; more are counted.
_MOST_NAMES = 3
_OF_MATCHING = {"yes": WINS, "no": LOSES, "open": OPEN, ONE_TRIAL: OPEN}


@dataclasses.dataclass(frozen=True)
class RoundVerdict:
    """What is known of the ticket of one round.

    Attributes:
      name: 'ticket@06'.
      density: share of the weights kept.
      verdict: WINS, LOSES or OPEN.
      value: its final test metric, as text with its unit.
      difference: to the full network, as text with its interval.
      worse, better, open: labels of the round's controls that are clearly worse than the ticket,
        clearly better, and neither, after Holm's correction.
    """

    name: str
    density: float
    verdict: str
    value: str
    difference: str
    worse: tuple
    better: tuple
    open: tuple


def round_verdicts(run, comparisons):
    """A `RoundVerdict` for each round whose ticket has the full network beside it, densest first.

    Args:
      run: `StoredRun`.
      comparisons: what `statistics.comparisons` gives.
    """
    rows = comparisons.to_dict("records")
    tickets = [row for row in rows if row["variant"] == "ticket" and row["reference"] == "full"]
    return [_round(run, row, rows) for row in sorted(tickets, key=lambda row: -row["density"])]


def headline(verdicts):
    """One sentence: 'A winning ticket at 26.2 %; no winning ticket at 10.7 %.'; '' for none."""
    return _headline([(each.verdict, each.density) for each in verdicts])


def headline_of(summary):
    """The same sentence from a summary by `summarise`, densest ticket first."""
    tickets = summary[(summary["variant"] == "ticket") & summary["diff_vs_full"].notna()]
    tickets = tickets.sort_values("density", ascending=False)
    return _headline([
        (_OF_MATCHING[matches], density) for matches, density in zip(
            tickets["matches_full"], tickets["density"], strict=True)])


def _headline(verdicts):
    parts = []
    for kind in (WINS, LOSES, OPEN):
        densities = [f"{100 * density:.3g} %" for its_kind, density in verdicts if its_kind == kind]
        if densities:
            where = f"at {_listed(densities)} of the weights"
            parts.append(f"{kind} {where}" if kind != OPEN else (
                f"whether there is a winning ticket {where} is open: these trials cannot tell"))
    return capitalised("; ".join(parts)) + "." if parts else ""


def fastest(run):
    """A sentence on which networks learned fastest, as the curves show it; '' where none did.

    It compares the steps at which each network's mean test metric first reaches the final value of
    the worst network; every network reaches that. It describes the curves and is not a statistical
    test. If over half of the networks reach it at the same evaluation, it tells none of them apart.
    """
    metric, metrics = run.metric, without_diverged(run.metrics)
    column = f"test_{metric.name}"
    shown = metrics[(metrics["variant"] != "imp") & metrics[column].notna()]
    means = shown.groupby(["variant", "round", "step"], sort=False)[column].mean()
    curves = {key: curve.droplevel([0, 1]) for key, curve in means.groupby(level=[0, 1])}
    if len(curves) < 2:
        return ""
    ends = {key: metric.sign * curve.iloc[-1] for key, curve in curves.items()}
    level = min(ends.values())
    steps = {}
    for key, curve in curves.items():
        passed = curve[metric.sign * curve >= level]
        steps[key] = int(passed.index[0])
    soonest, last = min(steps.values()), max(steps, key=steps.get)
    first = [key for key, step in steps.items() if step == soonest]
    if 2 * len(first) > len(steps):
        return ""
    full = ("full", 0)
    beside = f", the full network at step {steps[full]:,}" \
        if full in steps and full not in (*first, last) else ""
    names = _listed([network_label(*key) for key in first]) if len(first) <= _MOST_NAMES else (
        f"{len(first)} of {len(steps)} networks")
    return (
        f"{names} learned fastest: {'its' if len(first) == 1 else 'their'} mean test "
        f"{metric.words} passed {metric.text(metric.sign * level)}{metric.shown_unit}, what the "
        f"worst network ended at, at step {soonest:,}{beside}, {network_label(*last)} at step "
        f"{steps[last]:,}."
    )


def _round(run, row, rows):
    metric = run.metric
    controls = [each for each in rows if each["reference"] == "ticket"
                and each["round"] == row["round"] and each["variant"] != "full"]
    groups = {"worse": [], "better": [], "open": []}
    for control in controls:
        name = network_label(control["variant"], control["round"])
        if significance(control) != CLEAR:
            groups["open"].append(name)
        else:
            groups["worse" if metric.sign * control["difference"] < 0 else "better"].append(name)
    finals = run.summary[
        (run.summary["variant"] == "ticket") & (run.summary["round"] == row["round"])]
    value = finals[f"test_{metric.name}_final_mean"].iloc[0]
    return RoundVerdict(
        network_label("ticket", row["round"]), row["density"], _OF_MATCHING[row["matching"]],
        f"{metric.text(value)}{metric.shown_unit}", _difference(row, metric),
        *(tuple(groups[name]) for name in ("worse", "better", "open")))


def _difference(row, metric):
    value, low, high = (
        metric.scale * row[name] for name in ("difference", "ci_low", "ci_high"))
    text = f"{show(value, metric.digits, '+')}{metric.difference_unit}"
    if math.isnan(low):
        return text
    return f"{text} [{show(low, metric.digits, '+')}, {show(high, metric.digits, '+')}]"


def _listed(words):
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
