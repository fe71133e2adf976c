"""The tables at the end of a run; each fits into 80 columns, so that a log can hold it.

Where there are more columns, an interval stands beside its mean and not below it.
"""

import math

from rich import box
from rich.table import Table
from rich.text import Text

from lth_keras.metric import ACCURACY
from lth_keras.plain_text import plain
from lth_keras.statistics.noninferiority import ONE_TRIAL
from lth_keras.statistics.published import compare, is_share
from lth_keras.statistics.summary import best_column, final_column, stop_column

_NOTHING = "-"
_WIDE = 110  # Columns from which on a table has a line for each row.
_MARK = {True: "yes", False: "no", None: "?"}


def summary_table(summary, title, published=(), metric=ACCURACY, width=80):
    """The results of every variant, and of published figures; the rounds of IMP are left out.

    Args:
      summary: the DataFrame of `summarise`; for this table and the next ones its intervals should
        be cut off by `within_training`.
      title: the run and the data that were really used.
      published: the `PublishedFigure`s of this experiment; without any there is no column.
      metric: the `Metric` that the summary is of.
      width: columns of the terminal.

    Returns:
      A `rich.table.Table`. Shares and their differences are in percent and points.
    """
    table, between = _table(title), " " if width >= _WIDE else "\n"
    for name in (
        "kept\n%", "trials\n", f"final\n{metric.short}", f"best\n{_mean(metric)}",
        "train\nloss", "vs\nticket",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    if published:
        table.add_column("published,\nwithin?", justify="right", no_wrap=True)
    rows = [row for row in summary.to_dict("records") if row["variant"] != "imp"]
    verdicts = compare(summary, published)
    for row in rows:
        cells = [
            _name(row), _percent(row["density"], 1), _trials(row, between),
            _final(row, metric, between), _best(row, metric, between),
            _loss(row["train_loss_final_mean"]),
            _with_half_width(row, metric, "diff_vs_ticket", "diff_vs_ticket", "+", between),
        ]
        if published:
            mine = [v for v in verdicts if _key(v.published) == (row["variant"], row["round"])]
            cells.append("\n".join(_verdict(verdict, metric) for verdict in mine) or _NOTHING)
        table.add_row(*map(Text, cells))
    highest = "highest" if metric.higher_is_better else "lowest"
    caption = f"±: 95 % interval over trials; best: {highest} mean over trials, @ its epoch"
    if published:
        caption += "; yes or no: ours is within the published figure's tolerance, ?: not measured"
    table.caption = Text(caption)
    return table


def rounds_table(summary, title, metric=ACCURACY):
    """The rounds of iterative magnitude pruning, a line each; a `rich.table.Table`."""
    table = _table(title, first="\nround")
    for name in ("kept\n%", "\ntrials", f"final\n{metric.short}", f"best\n{_mean(metric)}",
                 "\nearly stop", "train\nloss"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in summary[summary["variant"] == "imp"].to_dict("records"):
        cells = [
            f"{row['round']:02d}", _percent(row["density"], 1), _trials(row, " "),
            _final(row, metric, " "), _best(row, metric, " "),
            _with_ends(row, "early_stop_step_mean", "early_stop_step", 0, " "),
            _loss(row["train_loss_final_mean"]),
        ]
        table.add_row(*map(Text, cells))
    table.caption = Text(
        "early stop: the step of the lowest validation loss; in brackets its 95 % interval, which "
        "ends where training did")
    return table


def against_full_table(summary, title, metric=ACCURACY, width=80):
    """What pruning gains and costs against the full network; a `rich.table.Table`, or None.

    A line per variant and round that can be compared with a full network: how many times sooner it
    reaches its early-stopping step, its metric there, its final difference, and whether it
    matches (`statistics.noninferiority.matching`). IMP's own rounds, whose training may be much
    shorter than the full network's, are included only where there is no variant.
    """
    rows = [row for row in summary.to_dict("records") if not math.isnan(row["diff_vs_full"])]
    rows = [row for row in rows if row["variant"] != "imp"] or rows
    if not rows:
        return None
    table, between = _table(title), " " if width >= _WIDE else "\n"
    for name in (
        "kept\n%", "early\nstop", "times\nsooner", _at_stop(metric), "vs\nfull", "\nmatches?",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        stop = row["early_stop_step_mean"]
        cells = [
            _name(row), _percent(row["density"], 1),
            _NOTHING if math.isnan(stop) else f"{stop:.0f}",
            _with_ends(row, "speed_up_vs_full", "speed_up_vs_full", 1, between),
            metric.text(row[f"{stop_column(metric)}_mean"]),
            _with_half_width(row, metric, "diff_vs_full", "diff_vs_full", "+", between),
            row["matches_full"].replace(" ", between),
        ]
        table.add_row(*map(Text, cells))
    smallest = {
        row["variant"]: row["smallest_matching_density"] for row in rows
        if not math.isnan(row["smallest_matching_density"])
    }
    where = metric.better_than(rows[0]["margin"]).replace("−", "-")
    other = "below" if metric.higher_is_better else "above"
    table.caption = Text(
        f"matches: the 95 % interval of vs full, paired over trials, lies {where} "
        f"(yes), {other} (no), or across (open); smallest density that does: "
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


def _trials(row, between):
    return f"{row['trials']}" + (f"{between}{row['diverged']} div." if row["diverged"] else "")


def _percent(value, digits=2, sign=""):
    return _NOTHING if math.isnan(value) else f"{100 * value:{sign}.{digits}f}"


def _half(half, digits, between):
    return "" if math.isnan(half) else f"{between}±{half:.{digits}f}"


def _with_half_width(row, metric, value, stem, sign, between):
    half = row[value] - row[f"{stem}_ci_low"]
    if metric.is_share:
        return metric.text(row[value], sign) + _half(100 * half, 2, between)
    return metric.text(row[value], sign) + ("" if math.isnan(half) else f"{between}±{half:.2g}")


def _with_ends(row, value, stem, digits, between):
    """A number with the two ends of its interval, which may be cut off at one side."""
    if math.isnan(row[value]):
        return _NOTHING
    ends = [row[f"{stem}_ci_{end}"] for end in ("low", "high")]
    text = f"{row[value]:.{digits}f}"
    if math.isnan(ends[0]):
        return text
    return f"{text}{between}[{', '.join(f'{end:.{digits}f}' for end in ends)}]"


def _final(row, metric, between):
    stem = final_column(metric)
    return _with_half_width(row, metric, f"{stem}_mean", stem, "", between)


def _best(row, metric, between):
    best = best_column(metric)
    if math.isnan(row[best]):
        return _NOTHING
    at = f"{row[f'{best}_epoch']:.1f}".removesuffix(".0")
    return f"{metric.text(row[best])}{between}@{at}"


def _mean(metric):
    return "mean %" if metric.is_share else "mean"


def _at_stop(metric):
    name = metric.short.removesuffix(" %")
    return f"{name} at\nstop %" if metric.is_share else f"{name} at\nstop"


def _loss(value):
    if math.isnan(value):
        return _NOTHING
    return f"{value:.3f}" if value >= 0.1 else f"{value:.1e}"


def _verdict(verdict, metric):
    value, column = verdict.published.value, verdict.published.metric
    text = _percent(value) if is_share(column, metric) else f"{value:.3g}"
    return f"{text} {_MARK[verdict.within]}"
