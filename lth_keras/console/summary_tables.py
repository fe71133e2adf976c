"""The tables at the end of a run; each fits into 80 columns, so that a log can hold it."""

import math

from rich import box
from rich.table import Table
from rich.text import Text

from lth_keras.plain_text import plain
from lth_keras.statistics.noninferiority import ONE_TRIAL
from lth_keras.statistics.published import compare, is_accuracy

_NOTHING = "-"
_MARK = {True: "yes", False: "no", None: "?"}


def summary_table(summary, title, published=()):
    """The results of every variant, and of published figures; the rounds of IMP are left out.

    Args:
      summary: the DataFrame of `summarise`.
      title: the run and the data that were really used.
      published: the `PublishedFigure`s of this experiment; without any there is no column.

    Returns:
      A `rich.table.Table`. Accuracies and their differences are in percent and points.
    """
    table = _table(title)
    for name in (
        "kept\n%", "trials\n", "final\nacc. %", "best\nmean %", "train\nloss", "vs\nticket",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    if published:
        table.add_column("published,\nwithin?", justify="right", no_wrap=True)
    rows = [row for row in summary.to_dict("records") if row["variant"] != "imp"]
    verdicts = compare(summary, published)
    for row in rows:
        cells = [
            _name(row), _percent(row["density"], 1), _trials(row),
            _with_half_width(row, "test_accuracy_final_mean", "test_accuracy_final"),
            _best(row, "\n"), _loss(row["train_loss_final_mean"]),
            _with_half_width(row, "diff_vs_ticket", "diff_vs_ticket", "+"),
        ]
        if published:
            mine = [v for v in verdicts if _key(v.published) == (row["variant"], row["round"])]
            cells.append("\n".join(_verdict(verdict) for verdict in mine) or _NOTHING)
        table.add_row(*map(Text, cells))
    caption = "±: 95 % interval over trials; best: highest mean over trials, @ its epoch"
    if published:
        caption += "; yes or no: ours is within the published figure's tolerance, ?: not measured"
    table.caption = Text(caption)
    return table


def rounds_table(summary, title):
    """The rounds of iterative magnitude pruning, a line each; a `rich.table.Table`."""
    table = _table(title, first="round")
    for name in ("kept %", "trials", "final acc. %", "best mean %", "early stop", "train loss"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in summary[summary["variant"] == "imp"].to_dict("records"):
        stop, low = row["early_stop_step_mean"], row["early_stop_step_ci_low"]
        cells = [
            f"{row['round']:02d}", _percent(row["density"], 1), _trials(row, " "),
            _with_half_width(row, "test_accuracy_final_mean", "test_accuracy_final", between=" "),
            _best(row, " "),
            _NOTHING if math.isnan(stop) else f"{stop:.0f}" + _half(stop - low, 0, " "),
            _loss(row["train_loss_final_mean"]),
        ]
        table.add_row(*map(Text, cells))
    table.caption = Text("early stop: the step of the lowest validation loss")
    return table


def against_full_table(summary, title):
    """What pruning gains and costs against the full network; a `rich.table.Table`, or None.

    A line per variant and round that can be compared with a full network: how many times sooner it
    reaches its early-stopping step, its accuracy there, its final difference, and whether it
    matches (`statistics.noninferiority.matching`). IMP's own rounds, whose training may be much
    shorter than the full network's, are included only where there is no variant.
    """
    rows = [row for row in summary.to_dict("records") if not math.isnan(row["diff_vs_full"])]
    rows = [row for row in rows if row["variant"] != "imp"] or rows
    if not rows:
        return None
    table = _table(title)
    for name in (
        "kept\n%", "early\nstop", "times\nsooner", "acc. at\nstop %", "vs\nfull", "match-\nes?",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        stop, faster = row["early_stop_step_mean"], row["speed_up_vs_full"]
        half = faster - row["speed_up_vs_full_ci_low"]
        cells = [
            _name(row), _percent(row["density"], 1),
            _NOTHING if math.isnan(stop) else f"{stop:.0f}",
            _NOTHING if math.isnan(faster) else f"{faster:.2f}" + _half(half, 2, "\n"),
            _percent(row["test_accuracy_at_early_stop_mean"]),
            _with_half_width(row, "diff_vs_full", "diff_vs_full", "+"),
            row["matches_full"].replace(" ", "\n"),
        ]
        table.add_row(*map(Text, cells))
    smallest = {
        row["variant"]: row["smallest_matching_density"] for row in rows
        if not math.isnan(row["smallest_matching_density"])
    }
    margin = 100 * rows[0]["margin"]
    table.caption = Text(
        f"matches: the 95 % interval of vs full, paired over trials, lies above -{margin:g} points "
        "(yes), below (no), or across (open); smallest density that does: "
        + (", ".join(f"{name} {_percent(each, 1)} %" for name, each in smallest.items()) or "none")
        + ("; one trial has no interval and cannot say"
           if any(row["matches_full"] == ONE_TRIAL for row in rows) else "")
    )
    return table


def _table(title, first="variant"):
    table = Table(
        title=Text(plain(title)), box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False,
        title_justify="left", caption_justify="left",
    )
    # A long name is folded and not cut: users choose the names of their variants.
    table.add_column(first, overflow="fold")
    return table


def _name(row):
    # A network of round 0 is dense: its name has no '@' and no round.
    return f"{row['variant']}@{row['round']:02d}" if row["round"] else row["variant"]


def _key(figure):
    return figure.variant, figure.round


def _trials(row, between="\n"):
    return f"{row['trials']}" + (f"{between}{row['diverged']} div." if row["diverged"] else "")


def _percent(value, digits=2, sign=""):
    return _NOTHING if math.isnan(value) else f"{100 * value:{sign}.{digits}f}"


def _half(half, digits, between):
    return "" if math.isnan(half) else f"{between}±{half:.{digits}f}"


def _with_half_width(row, value, stem, sign="", between="\n"):
    half = 100 * (row[value] - row[f"{stem}_ci_low"])
    return _percent(row[value], sign=sign) + _half(half, 2, between)


def _best(row, between):
    if math.isnan(row["max_mean_test_accuracy"]):
        return _NOTHING
    epoch = row["max_mean_test_accuracy_epoch"]
    at = f"{epoch:.1f}".removesuffix(".0")
    return f"{_percent(row['max_mean_test_accuracy'])}{between}@{at}"


def _loss(value):
    if math.isnan(value):
        return _NOTHING
    return f"{value:.3f}" if value >= 0.1 else f"{value:.1e}"


def _verdict(verdict):
    value = verdict.published.value
    text = _percent(value) if is_accuracy(verdict.published.metric) else f"{value:.3g}"
    return f"{text} {_MARK[verdict.within]}"
