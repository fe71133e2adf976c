"""A table of numbers that a measure of `analyze` gives for each network, from its table.csv."""

import math
import re

import numpy as np
import pandas as pd

from bench.documents.csv_rows import rows_of
from bench.documents.network_table import clear_places, marked
from lth_keras.statistics.comparisons import holm
from lth_keras.statistics.intervals import mean_interval, paired_difference

SHARES = ("accuracy", "error")
DIFFERENCE = "~"
COMPARED = {DIFFERENCE: "less", "/": "over"}  # The sign between two networks, and its word.
SMALLEST_POWER = -4  # Below it a number is shown with its power of ten.
RATIO = re.compile(rf"`[^`]+` {COMPARED['/']} `[^`]+`")  # A row of the ratio of two networks.
WHOLE = "all"  # The measure's own word for a row over all layers.


def taken(folder):
    """{suffix: [header, row, …]} of a measure's folder: its table.csv without single layers."""
    return {"": of_whole_networks(rows_of(folder / "table.csv"))}


def of_whole_networks(table):
    """[header, row, …] without the rows of single layers."""
    header, *rows = table
    if "layer" in header:
        rows = [row for row in rows if row[header.index("layer")] == WHOLE]
    return [header, *rows]


def cells(table, networks):
    """[header, row, …] of texts: a row for each network, means over trials and 95 % intervals.

    Two networks may be compared, paired by trial: A~B is A less B, A/B the ratio. Such a number is
    bold where p is below 0.05 after Holm's correction over the comparisons of its column.

    Args:
      table: [header, row, …] that `taken` gives, as texts.
      networks: 'NETWORK NETWORK … @ COLUMN COLUMN …', networks as in the column `unit`.

    Raises:
      ValueError: the table has no such network or column.
    """
    header, *rows = table
    units, _, columns = networks.partition(" @ ")
    columns = columns.split()
    missing = [name for name in columns if name not in header]
    if missing:
        raise ValueError(f"the table has no column {missing[0]!r}; it has {', '.join(header)}")
    frame = pd.DataFrame(rows, columns=header)
    shown = [[_label(unit), _kept(frame, unit)] for unit in units.split()]
    for column in columns:
        for row, cell in zip(shown, _column(frame, units.split(), column), strict=True):
            row.append(cell)
    return [["network", "weights kept", *(_title(column) for column in columns)], *shown]


def clear_cells(table, networks):
    """{(row, column)} of the comparisons that Holm's correction over the whole table leaves clear.

    Args:
      table, networks: as for `cells`.
    """
    header, *rows = table
    units, _, columns = networks.partition(" @ ")
    frame = pd.DataFrame(rows, columns=header)
    return clear_places({
        (_label(unit), _title(column)): numbers[-1] for column in columns.split()
        for unit, numbers in _compared(frame, units.split(), column).items()})


def _of_network(frame, unit):
    found = frame[frame["unit"] == unit]
    if found.empty:
        raise ValueError(f"the table has no network {unit!r}; it has "
                         f"{', '.join(dict.fromkeys(frame['unit']))}")
    return found


def _label(unit):
    for sign, word in COMPARED.items():
        first, found, second = unit.partition(sign)
        if found:
            return f"`{first}` {word} `{second}`"
    return f"`{unit}`"


def _kept(frame, unit):
    if _sign(unit):
        return ""
    return f"{100 * pd.to_numeric(_of_network(frame, unit)['density']).mean():.3g} %"


def _column(frame, units, column):
    """The cells of a column, from top to bottom."""
    compared = _compared(frame, units, column)
    texts = {unit: interval_cell(column, list(_by_trial(frame, unit, column).values()))
             for unit in units if not _sign(unit)}
    corrected = holm([each[-1] for each in compared.values()])
    for (unit, numbers), p_value in zip(compared.items(), corrected, strict=True):
        sign = "+" if DIFFERENCE in unit else ""
        texts[unit] = marked(interval_cell_of(column, numbers[:3], sign), p_value)
    return [texts.get(unit, "") for unit in units]


def _compared(frame, units, column):
    """{unit: (mean, low, high, p)} of the differences and ratios of a column."""
    found = {}
    for unit in units:
        sign = _sign(unit)
        ours, *theirs = (_by_trial(frame, name, column) for name in unit.split(sign))
        if sign == DIFFERENCE:
            found[unit] = paired_difference(ours, theirs[0])
        elif sign and not is_share(column):
            ratios = {trial: value / theirs[0][trial] for trial, value in ours.items()
                      if trial in theirs[0]}
            less_one = paired_difference(ratios, dict.fromkeys(ratios, 1.0))
            found[unit] = [value + 1 for value in less_one[:3]] + [less_one[-1]]
    return found


def _sign(unit):
    return next((each for each in COMPARED if each in unit), None)


def _by_trial(frame, unit, column):
    rows = _of_network(frame, unit)
    return dict(zip(rows["trial"], pd.to_numeric(rows[column]), strict=True))


def is_share(column):
    """Whether a column's numbers are shares, which are shown in percent."""
    return any(word in SHARES for word in column.split("_"))


def _title(column):
    words = column.replace("_", " ")
    return f"{words}, %" if is_share(column) else words


def interval_cell(column, values):
    """The mean over trials and its 95 % interval as a text, shares in percent."""
    return interval_cell_of(column, mean_interval(np.asarray(values, float)))


def interval_cell_of(column, numbers, sign=""):
    """(mean, low, high) of a column as a text, shares in percent."""
    share = is_share(column)
    return interval_text([value * (100 if share else 1) for value in numbers],
                         ".2f" if share else None, sign)


def interval_text(numbers, form=None, sign=""):
    """(mean, low, high) as a text; without an interval where its ends are NaN."""
    form = sign + (form or _form(numbers[0]))
    text, *ends = (_text(value, form) for value in numbers)
    return text if math.isnan(numbers[1]) else f"{text} [{', '.join(ends)}]"


def _text(value, form):
    """A number with the minus as it is printed, and 9.4e−6 for 9.4e-06."""
    return f"{value:{form}}".replace("e-0", "e-").replace("-", "−")


def _form(value):
    """The format that shows three digits of a number below 1, or two and its power of ten."""
    if not value or not math.isfinite(value):
        return ".3f"
    power = math.floor(math.log10(abs(value)))
    return ".1e" if power < SMALLEST_POWER else f",.{max(2 - power, 0)}f"
