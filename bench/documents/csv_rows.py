"""CSV files as lists of texts."""

import csv


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
    """How many trials the rows of a CSV are of, as texts: as a column says, or by `trial`."""
    entries = entries_of(rows)
    for column in ("trials", "initialisations"):
        if entries and column in entries[0]:
            return sorted({entry[column] for entry in entries})
    return [str(len({entry["trial"] for entry in entries}))]


def entries_of(rows):
    """[header, row, …] as a list of dicts."""
    header, *body = rows
    return [dict(zip(header, row, strict=True)) for row in body]
