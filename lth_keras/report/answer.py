"""The result of a run in three sentences, made from its numbers and their uncertainty."""

import math

from lth_keras.metric import ACCURACY
from lth_keras.paths import network_label
from lth_keras.report.report_tables import show
from lth_keras.statistics.comparisons import SIGNIFICANCE
from lth_keras.statistics.intervals import in_common
from lth_keras.statistics.noninferiority import ONE_TRIAL
from lth_keras.statistics.published import compare
from lth_keras.statistics.summary import final_column, final_test_values
from lth_keras.statistics.training_length import unreached_stops


def answer(run, comparisons):
    """Three sentences: the ticket against the full network; the controls against the ticket; and
    the agreement with published figures or, where there are none, how fast the ticket learns.

    Args:
      run: `StoredRun`.
      comparisons: what `statistics.comparisons` gives.

    Returns:
      A list of three strings.
    """
    rows = comparisons.to_dict("records")
    third = _published(run) or _speed(run)
    return [_ticket(run, rows), of_controls(rows, run.metric), third + _still_falling(run)]


def _ticket(run, rows):
    tickets = [row for row in rows if row["variant"] == "ticket" and row["reference"] == "full"]
    if not tickets:
        return (
            "Whether the winning ticket matches the full network cannot be said: "
            + _missing(run, "ticket", "full") + "."
        )
    matches = [row for row in tickets if row["matching"] == "yes"]
    # The sentence is about the sparsest ticket that matches; if none matches, about the densest.
    choose, candidates = (min, matches) if matches else (max, tickets)
    row = choose(candidates, key=lambda each: each["density"])
    metric = run.metric
    margin = metric.margin_text(run.margin)
    conclusion = {
        "yes": f"enough to say that the ticket is as good, within {margin}",
        "no": f"so that the ticket is worse by more than {margin}",
        "open": f"which leaves open whether the ticket is as good, within {margin}",
        ONE_TRIAL: "which in one trial may be chance",
    }[row["matching"]]
    if len(tickets) > 1 and matches:
        conclusion += (
            f" (the only one of {len(tickets)} tickets to be so)" if len(matches) == 1 else
            f" (the sparsest of the {len(matches)} tickets of {len(tickets)} that are so)")
    if row["matching"] == "open" and math.isnan(row["ci_low"]):
        conclusion = (
            f"the same in all of {row['trials']} trials, which leaves open whether the ticket is "
            f"as good, within {margin}")
    ours, theirs = _reached(run, row["round"])
    return (
        f"With {100 * row['density']:.3g} % of the weights, "
        f"{network_label('ticket', row['round'])} reaches a test {metric.words} of {ours} "
        f"against the full network's {theirs}: a difference of {_difference(row, metric)}, "
        f"{conclusion}."
    )


def of_controls(rows, metric=ACCURACY):
    """The sentence on the controls, from the rows of `statistics.comparisons`."""
    controls = [row for row in rows if row["reference"] == "ticket" and row["variant"] != "full"]
    if not controls:
        return "No control of a ticket's density is stored yet, so nothing can be compared with it."
    worst = min(controls, key=lambda row: metric.sign * row["difference"])
    tested = [row for row in controls if not math.isnan(row["p_holm"])]
    extreme = (
        f"the {metric.worst}, {network_label(worst['variant'], worst['round'])}, differs from the "
        f"ticket by {_difference(worst, metric)}")
    equal = [row for row in controls if row["trials"] > 1 and math.isnan(row["p_holm"])]
    if not tested:
        why = (
            f"Each of {len(equal)} controls differs from the ticket by the same in every trial, "
            "so that no difference can be told" if equal else
            f"With one trial no difference between a ticket and its {len(controls)} controls can "
            "be told")
        return f"{why} from chance; {extreme}."
    clear = [row for row in tested if row["p_holm"] < SIGNIFICANCE]
    below = sum(metric.sign * row["difference"] < 0 for row in clear)
    return (
        f"Of {len(tested)} comparisons of a control with the ticket of its round, {below} "
        f"{'is' if below == 1 else 'are'} clearly worse than the ticket, {len(clear) - below} "
        f"clearly better and {len(tested) - len(clear)} may be chance (clear: p < {SIGNIFICANCE} "
        f"after Holm's correction)"
        + (f", and {len(equal)} more cannot be told: they differ by the same in every trial"
           if equal else "") + f"; {extreme}."
    )


def _published(run):
    verdicts = [each for each in compare(run.summary, run.published) if each.within is not None]
    if not verdicts:
        return None
    outside = list(dict.fromkeys(
        network_label(each.published.variant, each.published.round)
        for each in verdicts if not each.within))
    within = sum(verdict.within for verdict in verdicts)
    return (
        f"Of {len(verdicts)} published figures, {within} "
        f"{'is' if within == 1 else 'are'} reproduced within the tolerance that the table states"
        + (f", and those outside it belong to {', '.join(outside)}." if outside else ".")
    )


def _speed(run):
    steps = {
        (row["variant"], row["round"]): row for row in run.summary.to_dict("records")
        if not math.isnan(row["early_stop_step_mean"])
    }
    tickets = [key for key in steps if key[0] == "ticket"]
    if not tickets or ("full", 0) not in steps:
        return (
            "How fast the ticket learns cannot be said: that needs a validation split, the full "
            "network and a ticket."
        )
    key = max(tickets, key=lambda each: each[1])
    means = "" if run.trials == 1 else ": means over trials, and no test of a difference"
    return (
        f"{network_label(*key)} reaches its lowest validation loss at step {_step(steps[key])} "
        f"and the full network at step {_step(steps['full', 0])}{means}."
    )


def _still_falling(run):
    """A sentence on the full network and the sparsest ticket, or '' where both had their lowest."""
    stops = [stop for stop in unreached_stops(run.metrics)
             if stop.still_falling and stop.variant in ("ticket", "full")]
    sparsest = max((stop.round for stop in stops if stop.variant == "ticket"), default=0)
    falling = [
        f"{network_label(stop.variant, stop.round)} after {stop.last_step:,} steps in "
        f"{stop.still_falling} of {stop.trials} trials" for stop in stops
        if stop.round in (0, sparsest)]
    if not falling:
        return ""
    return f" The validation loss was still falling at the end of {' and of '.join(falling)}."


def _step(row):
    low, high = row["early_stop_step_ci_low"], row["early_stop_step_ci_high"]
    return show(row["early_stop_step_mean"], 0) + _interval(low, high, 0)


def _reached(run, round):
    """Mean test metric of a round's ticket and of the full network, over the trials of both."""
    metric = run.metric
    finals = final_test_values(run.metrics, metric)
    ours, theirs = finals["ticket", round], finals["full", 0]
    both = in_common(ours, theirs)
    means = (sum(values[trial] for trial in both) / len(both) for values in (ours, theirs))
    return [f"{show(metric.scale * mean, metric.digits)}{metric.shown_unit}" for mean in means]


def _difference(row, metric):
    low, high, value = (
        metric.scale * row[name] for name in ("ci_low", "ci_high", "difference"))
    interval = _interval(low, high, metric.digits, "+", f", {row['trials']} trials")
    return f"{show(value, metric.digits, '+')}{metric.difference_unit}{interval}"


def _interval(low, high, digits, sign="", more=""):
    """' (95 % interval … to …)', or '' where there is no interval."""
    if math.isnan(low):
        return ""
    return f" (95 % interval {show(low, digits, sign)} to {show(high, digits, sign)}{more})"


def _missing(run, *variants):
    column = f"{final_column(run.metric)}_mean"
    finite = set(run.summary.loc[run.summary[column].notna(), "variant"])
    gone = [each for each in variants if each not in finite]
    if not gone:
        return "they have no trial in common"
    verb = "has" if len(gone) == 1 else "have"
    return f"{' and '.join(gone)} {verb} no stored trial with a result"
