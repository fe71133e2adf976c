"""The table of straight lines between networks, from the table.csv of the measure `lines`."""

import statistics

from bench.documents.csv_rows import entries_of, rows_of
from bench.documents.measure_table import interval_text
from lth_keras.statistics.intervals import mean_interval

STORED = ("trial", "pair", "level", "start_error", "end_error", "highest_error")
HEADER = ["line", "highest error over the mean of the ends, points",
          "above the worse end", "at most above the worse end, points"]


def taken(folder):
    """{suffix: [header, row, …]} of the measure's folder: each line's ends and highest error.

    Errors are those on the test set, as shares.
    """
    lines = {}
    for each in entries_of(rows_of(folder / "table.csv")):
        if each["split"] == "test":
            place = each["trial"], each["pair"], each["level"]
            lines.setdefault(place, []).append((float(each["position"]), float(each["error"])))
    rows = [[*place, repr(min(points)[1]), repr(max(points)[1]),
             repr(max(error for _, error in points))] for place, points in lines.items()]
    return {"": [list(STORED), *rows]}


def cells(table, networks):
    """[header, row, …] of texts: a row for each pair of ends.

    The error over the mean of the ends is the mean over levels in each trial, then over trials with
    its 95 % interval; the last two columns are over all trials and levels.

    Args:
      table: [header, row, …] that `taken` gives, as texts.
      networks: 'PAIR = WORDS; PAIR = WORDS …', as the measure calls the pairs.

    Raises:
      ValueError: the table has no such pair.
    """
    entries = entries_of(table)
    rows = []
    for part in networks.split("; "):
        pair, _, words = part.partition(" = ")
        chosen = [each for each in entries if each["pair"] == pair]
        if not chosen:
            known = ", ".join(dict.fromkeys(each["pair"] for each in entries))
            raise ValueError(f"the table has no pair {pair!r}; it has {known}")
        rows.append([words, *_row(chosen)])
    return [HEADER, *rows]


def _row(lines):
    over_mean, over_worse = {}, []
    for each in lines:
        start, end, highest = (
            100 * float(each[f"{name}_error"]) for name in ("start", "end", "highest"))
        over_mean.setdefault(each["trial"], []).append(highest - (start + end) / 2)
        over_worse.append(highest - max(start, end))
    mean, low, high = mean_interval([statistics.fmean(each) for each in over_mean.values()])
    above = sum(each > 1e-9 for each in over_worse)
    return [interval_text((mean, low, high), ".2f"), f"{above} of {len(over_worse)}",
            f"{max(over_worse):.2f}"]
