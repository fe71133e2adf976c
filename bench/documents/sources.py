"""The kinds of tables of the documents: what of a run is stored for each, and what is shown."""

import dataclasses
from collections.abc import Callable

import pandas as pd

from bench.documents import (
    best_epochs,
    early_stops,
    eigenvalue_table,
    instability_table,
    level_table,
    line_table,
    measure_table,
    network_table,
    paired_claims,
    shape_table,
    untrained_table,
)
from bench.documents.csv_rows import rows_of
from lth_keras.metric import ACCURACY


@dataclasses.dataclass(frozen=True)
class Source:
    """A kind of table.

    Attributes:
      origin: where its numbers come from, in words for the gallery.
      cells: (docs, the table's row of tables.csv) to [header, row, …] of texts; None for what is
        shown in no table of its own.
      file: the file that a run, or an analysis, has to have for `--take`; None if nothing is taken.
      copied: whether `--take` copies that file to docs/data/NAME.csv.
      made: (the folder of the run) to {suffix: [header, row, …]}, what `--take` writes to
        docs/data/NAMEsuffix.csv; None if there is no such file.
      marks_clear: whether its differences are bold where they are clear after Holm's correction.
      clear_everywhere: (docs, the table's row of tables.csv) to the (row, column)s that are clear
        after a correction over all comparisons of the table too; None where it marks none.
      fewest_trials: (docs, the table's name) to the number of trials of its row with the fewest;
        None where the table's own CSV says it.
    """

    origin: str
    cells: Callable | None
    file: str | None = None
    copied: bool = True
    made: Callable | None = None
    marks_clear: bool = False
    clear_everywhere: Callable | None = None
    fewest_trials: Callable | None = None


def _whole(docs, entry):
    return rows_of(docs / "data" / f"{entry['table']}.csv")


def _of(show):
    """A function of (docs, entry) that reads its CSV and what the column `networks` asks for."""
    return lambda docs, entry: show(_whole(docs, entry), entry["networks"])


def _finals(run):
    return {"_finals": paired_claims.finals_of(pd.read_csv(run / "metrics.csv"), ACCURACY)}


def _best_epochs(run):
    return {**best_epochs.taken(run), **_finals(run)}


SOURCES = {
    "summary": Source(
        "from the run's summary", _of(network_table.cells), "summary.csv", marks_clear=True,
        clear_everywhere=_of(network_table.clear_cells)),
    "densities": Source(
        "from the run's summary", _of(network_table.by_density), "summary.csv", made=_finals),
    "early_stops": Source(
        "from the run's summary", _of(early_stops.cells), "summary.csv", made=_finals),
    "published": Source(
        "from the run's metrics", best_epochs.cells, "metrics.csv", False, _best_epochs),
    "measure": Source(
        "from the table of the run's analysis", _of(measure_table.cells), "table.csv", False,
        measure_table.taken, marks_clear=True, clear_everywhere=_of(measure_table.clear_cells)),
    "levels": Source(
        "from the table of the run's analysis", _of(level_table.cells), "table.csv", False,
        level_table.taken, marks_clear=True, clear_everywhere=_of(level_table.clear_cells)),
    "eigenvalues": Source(
        "from the summary of the run's analysis", _of(eigenvalue_table.cells), "summary.csv"),
    "instability": Source(
        "from the summary of the run's analysis", _of(instability_table.cells), "summary.csv"),
    "lines": Source(
        "from the table of the run's analysis", _of(line_table.cells), "table.csv", False,
        line_table.taken),
    "shapes": Source(
        "from the summary of the run's analysis", _of(shape_table.cells), "summary.json", False,
        shape_table.taken),
    "untrained": Source(
        "from the summary of the run's analysis", _of(untrained_table.cells), "summary.csv"),
    "paired": Source(
        "from the run's metrics", lambda docs, entry: paired_claims.cells(docs, entry["table"]),
        marks_clear=True,
        clear_everywhere=lambda docs, entry: paired_claims.clear_cells(docs, entry["table"]),
        fewest_trials=paired_claims.fewest_trials),
    "finals": Source("from the run's metrics", None, "metrics.csv", False, _finals),
    "transcribed": Source("transcribed from the document; the run is not kept", _whole),
    "computed": Source("computed from `docs/data`", _whole),
}
