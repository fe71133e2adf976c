"""CSV files as lists of texts."""

import csv

# Columns that say whose row it is, beside its trial.
NAMES = ("variant", "round", "unit", "network", "pair", "curve", "level")


def rows_of(path):
    """[header, row, …] of a CSV, each a list of texts.

    Raises:
      ValueError: there is no such file, or a row has another number of cells than the header.
    """
    if not path.is_file():
        raise ValueError(f"{path} is missing; `--take=RUN --as={path.stem}` makes it of a run")
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise ValueError(
                f"{path}, row {number} has {len(row)} cells; expected {len(rows[0])}")
    return rows


def write_rows(path, rows):
    """Writes [header, row, …] as a CSV."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def trial_counts(rows):
    """How many trials the rows of a CSV are of, as texts: as a column says, or by `trial`.

    Trials that diverged are in no mean, and are not counted. Where there is a row for each trial, a
    network or a point of an analysis may have fewer than another.
    """
    entries = entries_of(rows)
    if not entries:
        return ["0"]
    for column in ("trials", "initialisations"):
        if column in entries[0]:
            return _sorted(int(entry[column]) - int(entry.get("diverged") or 0)
                           for entry in entries)
    names = [name for name in NAMES if name in entries[0]]
    trials = {}
    for entry in entries:
        trials.setdefault(tuple(entry[name] for name in names), set()).add(entry["trial"])
    return _sorted(map(len, trials.values()))


def _sorted(counts):
    return [str(count) for count in sorted(set(counts))]


def entries_of(rows):
    """[header, row, …] as a list of dicts."""
    header, *body = rows
    return [dict(zip(header, row, strict=True)) for row in body]
