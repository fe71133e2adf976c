"""What a run found, in three sentences made from its numbers and their uncertainty."""

import math

from lth_keras.records.published import compare
from lth_keras.records.report.tables import show
from lth_keras.records.statistics import SIGNIFICANCE
from lth_keras.records.stored import label

_MATCHING = {
    "yes": "matches it within the margin of {margin} points",
    "no": "is worse than it by more than the margin of {margin} points",
    "open": "leaves open whether it matches within the margin of {margin} points",
    None: "is one trial without an interval and may be chance",
}


def answer(run, comparisons):
    """Three sentences: the ticket against the full network, the controls against the ticket, and
    how this agrees with what was published or, without such figures, how fast the ticket learns.

    Args:
      run: `StoredRun`.
      comparisons: what `statistics.comparisons` gives.

    Returns:
      A list of three strings.
    """
    rows = comparisons.to_dict("records")
    return [_ticket(run, rows), _controls(run, rows), _published(run) or _speed(run)]


def _ticket(run, rows):
    tickets = [row for row in rows if row["variant"] == "ticket" and row["reference"] == "full"]
    if not tickets:
        return (
            "Whether the winning ticket matches the full network cannot be said: "
            + _missing(run, "ticket", "full") + "."
        )
    matching = [row for row in tickets if row["matching"] == "yes"]
    # The sparsest that matches is the finding; where none does, the densest is nearest to it.
    row = min(matching, key=_density) if matching else max(tickets, key=_density)
    full = run.summary[run.summary["variant"] == "full"].iloc[0]
    text = (
        f"With {100 * row['density']:.3g} % of the weights, the ticket of round {row['round']:02d} "
        f"ends {_points(row, 'the full network')}, whose final test accuracy is "
        f"{show(100 * full['test_accuracy_final_mean'], 2)} %; this "
        + _MATCHING[row["matching"]].format(margin=f"{100 * run.margin:g}")
    )
    others = [each for each in tickets if each is not row]
    if others:
        counts = {kind: sum(each["matching"] == kind for each in tickets)
                  for kind in ("yes", "no", "open")}
        if any(counts.values()):
            text += (
                f" (of {len(tickets)} tickets' densities: {counts['yes']} matching, {counts['no']} "
                f"worse, {counts['open']} open)"
            )
    return text + "."


def _controls(run, rows):
    controls = [row for row in rows if row["reference"] == "ticket" and row["variant"] != "full"]
    if not controls:
        return "No control of a ticket's density is stored yet, so nothing can be compared with it."
    index = max(row["round"] for row in controls)
    last = [row for row in controls if row["round"] == index]
    lowest, highest = (choose(last, key=lambda row: row["difference"]) for choose in (min, max))
    at = f"At the sparsest density compared, {100 * _ticket_density(run, index):.3g} %, "
    text = at + f"{label(lowest['variant'], index)} is {_points(lowest, 'the ticket')}"
    if highest is not lowest:
        text += f" and {label(highest['variant'], index)} is {_points(highest, 'the ticket')}"
    tested = [row for row in controls if not math.isnan(row["p_holm"])]
    if not tested:
        return text + "; with one trial no difference can be told from chance."
    clear = [row for row in tested if row["p_holm"] < SIGNIFICANCE]
    below = sum(row["difference"] < 0 for row in clear)
    return text + (
        f"; of all {len(tested)} comparisons with a ticket {len(clear)} "
        f"{'is' if len(clear) == 1 else 'are'} clear of chance at {SIGNIFICANCE} after Holm's "
        f"correction ({below} below the ticket, {len(clear) - below} above)."
    )


def _published(run):
    verdicts = [each for each in compare(run.summary, run.published) if each.within is not None]
    if not verdicts:
        return None
    within = sum(verdict.within for verdict in verdicts)
    text = (
        f"Of {len(verdicts)} published figures that were measured {within} "
        f"{'is' if within == 1 else 'are'} within the stated tolerance"
    )
    outside = list(dict.fromkeys(
        label(each.published.variant, each.published.round)
        for each in verdicts if not each.within))
    return text + (f" (outside: {', '.join(outside)})." if outside else ".")


def _speed(run):
    steps = {
        (row["variant"], row["round"]): row["early_stop_step_mean"]
        for row in run.summary.to_dict("records")
        if not math.isnan(row["early_stop_step_mean"])
    }
    tickets = [key for key in steps if key[0] == "ticket"]
    if not tickets or ("full", 0) not in steps:
        return (
            "How fast the ticket learns cannot be said: that needs a validation split, the full "
            "network and a ticket."
        )
    key = max(tickets, key=lambda each: each[1])
    ticket, full = _steps(run, key), _steps(run, ("full", 0))
    return (
        f"The lowest validation loss comes at step {ticket} for {label(*key)} and at step {full} "
        "for the full network, which is a mean over trials without a test of the difference."
    )


def _steps(run, key):
    rows = run.summary
    row = rows[(rows["variant"] == key[0]) & (rows["round"] == key[1])].iloc[0]
    text = f"{row['early_stop_step_mean']:.0f}"
    if math.isnan(row["early_stop_step_ci_low"]):
        return text
    return (
        f"{text} (95 % interval {show(row['early_stop_step_ci_low'], 0)} to "
        f"{show(row['early_stop_step_ci_high'], 0)})"
    )


def _points(row, other):
    difference = 100 * row["difference"]
    size = show(abs(difference), 2)
    where = f"{size} points {'above' if difference > 0 else 'below'} {other}"
    if math.isnan(row["ci_low"]):
        return where
    return where + (
        f" (difference {show(difference, 2, '+')}, 95 % interval {show(100 * row['ci_low'], 2)} to "
        f"{show(100 * row['ci_high'], 2)}, {row['trials']} trials)"
    )


def _density(row):
    return row["density"]


def _ticket_density(run, index):
    rows = run.summary[(run.summary["round"] == index) & (run.summary["variant"] == "ticket")]
    return rows["density"].iloc[0]


def _missing(run, *wanted):
    finite = set(run.summary.loc[run.summary["test_accuracy_final_mean"].notna(), "variant"])
    gone = [each for each in wanted if each not in finite]
    if not gone:
        return "they have no trial in common"
    verb = "has" if len(gone) == 1 else "have"
    return f"{' and '.join(gone)} {verb} no stored trial with a result"
