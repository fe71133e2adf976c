"""A table of numbers that a measure of `analyze` gives for each network, from its table.csv."""

import math

import numpy as np
import pandas as pd

from bench.documents.csv_rows import rows_of
from lth_keras.statistics.intervals import mean_interval

SHARES = ("accuracy", "error")
SMALLEST_POWER = -4  # Below it a number is shown with its power of ten.
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
    shown = []
    for unit in units.split():
        chosen = frame[frame["unit"] == unit]
        if chosen.empty:
            raise ValueError(f"the table has no network {unit!r}; it has "
                             f"{', '.join(dict.fromkeys(frame['unit']))}")
        kept = 100 * pd.to_numeric(chosen["density"]).mean()
        numbers = [interval_cell(name, pd.to_numeric(chosen[name])) for name in columns]
        shown.append([f"`{unit}`", f"{kept:.3g} %", *numbers])
    return [["network", "weights kept", *(_title(column) for column in columns)], *shown]


def _title(column):
    words = column.replace("_", " ")
    return f"{words}, %" if column.endswith(SHARES) else words


def interval_cell(column, values):
    """The mean over trials and its 95 % interval as a text, shares in percent."""
    share = column.endswith(SHARES)
    numbers = [value * (100 if share else 1)
               for value in mean_interval(np.asarray(values, float))]
    return interval_text(numbers, ".2f" if share else None)


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
    return ".1e" if power < SMALLEST_POWER else f".{max(2 - power, 0)}f"
