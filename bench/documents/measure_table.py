"""A table of numbers that a measure of `analyze` gives for each network, from its table.csv."""

import math

import pandas as pd

from bench.documents.csv_rows import rows_of
from lth_keras.statistics.intervals import mean_interval

SHARES = ("accuracy", "error")
WHOLE = "all"  # The measure's own word for a row over all layers.


def taken(folder):
    """{suffix: [header, row, …]} of a measure's folder: its table.csv without single layers."""
    header, *rows = rows_of(folder / "table.csv")
    if "layer" in header:
        rows = [row for row in rows if row[header.index("layer")] == WHOLE]
    return {"": [header, *rows]}


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
        shown.append([f"`{unit}`", f"{kept:.3g} %",
                      *(_cell(column, pd.to_numeric(chosen[column])) for column in columns)])
    return [["network", "weights kept", *(_title(column) for column in columns)], *shown]


def _title(column):
    words = column.replace("_", " ")
    return f"{words}, %" if column.endswith(SHARES) else words


def _cell(column, values):
    share = column.endswith(SHARES)
    numbers = [value * (100 if share else 1) for value in mean_interval(values.to_numpy())]
    digits = 2 if share else _digits(numbers[0])
    text, *ends = (f"{value:.{digits}f}".replace("-", "−") for value in numbers)
    return text if math.isnan(numbers[1]) else f"{text} [{', '.join(ends)}]"


def _digits(value):
    """Decimals that show three digits of a number below 1, and no more than five."""
    if not value or not math.isfinite(value):
        return 3
    return min(max(2 - math.floor(math.log10(abs(value))), 0), 5)
