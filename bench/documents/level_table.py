"""A table by levels of iterative pruning, from an analysis' table.csv: distances, loss curves."""

import pandas as pd

from bench.documents.csv_rows import rows_of
from bench.documents.measure_table import (
    DIFFERENCE,
    interval_cell,
    interval_text,
    of_whole_networks,
)
from bench.documents.network_table import clear_places, marked
from lth_keras.statistics.comparisons import holm
from lth_keras.statistics.intervals import paired_difference


def taken(folder):
    """{suffix: [header, row, …]} of a measure's folder: whole networks, after their last step."""
    header, *rows = of_whole_networks(rows_of(folder / "table.csv"))
    if "step" in header:
        step = header.index("step")
        # What says whose row it is stands before the step: trial, level, curve.
        last = {}
        for row in rows:
            owner = tuple(row[:step])
            if owner not in last or float(row[step]) >= float(last[owner][step]):
                last[owner] = row
        rows = list(last.values())
    return {"": [header, *rows]}


def cells(table, networks):
    """[header, row, …] of texts: a row for each level, means over trials and 95 % intervals.

    A difference is bold where p is below 0.05 after Holm's correction over the levels shown.

    Args:
      table: [header, row, …] that `taken` gives, as texts.
      networks: 'LEVEL LEVEL … @ COLUMN VALUE VALUE …: NUMBER': a column of the table for each value
        of COLUMN, such as a pair of points, with what stands in the column NUMBER. VALUE~VALUE is
        the first less the second, paired by trial.

    Raises:
      ValueError: the table has no such column, or no row of a level with such a value.
    """
    header, *rows = table
    levels, key, values, number = _asked(networks)
    missing = [name for name in ("level", "trial", key, number) if name not in header]
    if missing:
        raise ValueError(f"the table has no column {missing[0]!r}; it has {', '.join(header)}")
    frame = pd.DataFrame(rows, columns=header)
    columns = []
    for value in values:
        if DIFFERENCE in value:
            columns.append(_differences(_compared(frame, levels, key, value, number)))
        else:
            columns.append([interval_cell(number, list(_by_trial(
                frame, level, key, value, number).values())) for level in levels])
    titles = map(_title, values)
    return [["level", *titles], *map(list, zip(levels, *columns, strict=True))]


def clear_cells(table, networks):
    """{(row, column)} of the differences that Holm's correction over the whole table leaves clear.

    Args:
      table, networks: as for `cells`.
    """
    header, *rows = table
    levels, key, values, number = _asked(networks)
    frame = pd.DataFrame(rows, columns=header)
    return clear_places({
        (level, _title(value)): found[-1] for value in values if DIFFERENCE in value
        for level, found in zip(
            levels, _compared(frame, levels, key, value, number), strict=True)})


def _asked(networks):
    """(levels, the key column, its values, the number's column) of what `cells` is asked for."""
    levels, _, rest = networks.partition(" @ ")
    rest, _, number = rest.rpartition(": ")
    key, *values = rest.split()
    return levels.split(), key, values, number


def _by_trial(frame, level, key, value, number):
    found = frame[(frame["level"] == level) & (frame[key] == value)]
    if found.empty:
        raise ValueError(f"the table has no {key} {value!r} at level {level}; it has "
                         f"{', '.join(dict.fromkeys(frame[key]))}")
    return dict(zip(found["trial"], pd.to_numeric(found[number]), strict=True))


def _compared(frame, levels, key, value, number):
    """(mean, low, high, p) of VALUE~VALUE at each level."""
    return [paired_difference(*(_by_trial(frame, level, key, each, number)
                                for each in value.split(DIFFERENCE))) for level in levels]


def _differences(found):
    corrected = holm([each[-1] for each in found])
    return [marked(interval_text(each[:3], sign="+"), p_value)
            for each, p_value in zip(found, corrected, strict=True)]


def _title(value):
    return value.replace(DIFFERENCE, " less ")
