"""The tables of the documents: docs/data/NAME.csv, and docs/data/tables.csv about all of them."""

import pathlib

from bench.documents.csv_rows import entries_of, rows_of
from bench.documents.sources import SOURCES

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def tables(docs):
    """{name: its row of tables.csv as a dict}.

    Raises:
      ValueError: a row says something else than where its table comes from.
    """
    found = {}
    for entry in entries_of(rows_of(docs / "data" / "tables.csv")):
        if entry["source"] not in SOURCES:
            raise ValueError(f"tables.csv: {entry['table']} has the source {entry['source']!r}; "
                             f"expected one of {', '.join(SOURCES)}")
        found[entry["table"]] = entry
    return found


def shown(docs, entry):
    """[header, row, …] of a table as it is shown.

    Raises:
      ValueError: its CSV is missing, or has not what the table shows of it.
    """
    try:
        return SOURCES[entry["source"]].cells(docs, entry)
    except KeyError as error:
        raise ValueError(
            f"docs/data/{entry['table']}.csv has no column {error}, which a table whose source is "
            f"{entry['source']!r} is shown from; --take it from its run") from error


def markdown(rows):
    """[header, row, …] as a Markdown table, with its last line break."""
    header, *body = rows
    return "".join(
        "|" + "|".join(f" {cell} " if cell else " " for cell in line) + "|\n"
        for line in (header, ["---"] * len(header), *body))
