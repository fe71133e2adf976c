"""The tables of the documents: docs/data/NAME.csv, and docs/data/tables.csv about all of them."""

import csv
import pathlib

from bench import network_table, paired_claims, untrained_table

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = ("summary", "densities", "untrained", "paired", "transcribed", "computed")


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


def tables(docs):
    """{name: its row of tables.csv as a dict}.

    Raises:
      ValueError: a row says something else than where its table comes from.
    """
    header, *rows = rows_of(docs / "data" / "tables.csv")
    found = {}
    for row in rows:
        entry = dict(zip(header, row, strict=True))
        if entry["source"] not in SOURCES:
            raise ValueError(f"tables.csv: {entry['table']} has the source {entry['source']!r}; "
                             f"expected one of {SOURCES}")
        found[entry["table"]] = entry
    return found


def shown(docs, entry):
    """[header, row, …] of a table as it is shown."""
    if entry["source"] == "paired":
        return paired_claims.cells(docs, entry["table"])
    return as_shown(rows_of(docs / "data" / f"{entry['table']}.csv"), entry)


def as_shown(rows, entry):
    """[header, row, …] of a CSV of docs/data as tables.csv's `entry` says that it is shown."""
    if entry["source"] == "summary":
        return network_table.cells(rows, entry["networks"].split())
    if entry["source"] == "densities":
        variants, _, rounds = entry["networks"].partition("@")
        return network_table.by_density(rows, variants.split(), list(map(int, rounds.split())))
    if entry["source"] == "untrained":
        return untrained_table.cells(rows, *entry["networks"].split())
    return rows


def markdown(rows):
    """[header, row, …] as a Markdown table, with its last line break."""
    header, *body = rows
    return "".join(
        "|" + "|".join(f" {cell} " if cell else " " for cell in line) + "|\n"
        for line in (header, ["---"] * len(header), *body))


def write_rows(path, rows):
    """Writes [header, row, …] as a CSV."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
