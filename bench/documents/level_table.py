"""A table by levels of iterative pruning, from an analysis' table.csv: distances, loss curves."""

import pandas as pd

from bench.documents.csv_rows import rows_of
from bench.documents.measure_table import (
    DIFFERENCE,
    interval_cell,
    interval_text,
    of_whole_networks,
)
from bench.documents.network_table import marked
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
    levels, _, rest = networks.partition(" @ ")
    rest, _, number = rest.rpartition(": ")
    key, *values = rest.split()
    missing = [name for name in ("level", "trial", key, number) if name not in header]
    if missing:
        raise ValueError(f"the table has no column {missing[0]!r}; it has {', '.join(header)}")
    frame = pd.DataFrame(rows, columns=header)

    def by_trial(level, value):
        found = frame[(frame["level"] == level) & (frame[key] == value)]
        if found.empty:
            raise ValueError(f"the table has no {key} {value!r} at level {level}; it has "
                             f"{', '.join(dict.fromkeys(frame[key]))}")
        return dict(zip(found["trial"], pd.to_numeric(found[number]), strict=True))

    columns = []
    for value in values:
        first, _, second = value.partition(DIFFERENCE)
        numbers = [by_trial(level, first) for level in levels.split()]
        if second:
            others = [by_trial(level, second) for level in levels.split()]
            columns.append(_differences(numbers, others))
        else:
            columns.append([interval_cell(number, list(each.values())) for each in numbers])
    titles = [value.replace(DIFFERENCE, " less ") for value in values]
    return [["level", *titles], *map(list, zip(levels.split(), *columns, strict=True))]


def _differences(ours, theirs):
    found = [paired_difference(*pair) for pair in zip(ours, theirs, strict=True)]
    corrected = holm([each[-1] for each in found])
    return [marked(interval_text(each[:3], sign="+"), p_value)
            for each, p_value in zip(found, corrected, strict=True)]
