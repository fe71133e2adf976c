"""Tables of claims: paired differences between networks of runs, from their trials' accuracies.

docs/data/claims.csv has a row for each claim: the table it belongs to, its words, the two networks
that it compares, as TABLE/VARIANT, and the rounds at which it does. The second may be a number,
such as 0.1: the accuracy of guessing one of ten classes. docs/data/TABLE_finals.csv has the
networks' final test accuracies in each trial, which `check_documents --take` takes from a run.
"""

import csv
import functools
import pathlib

import pandas as pd

from bench.documents.network_table import digits_for, marked, signed
from lth_keras.statistics.comparisons import SIGNIFICANCE, holm
from lth_keras.statistics.intervals import paired_difference
from lth_keras.statistics.summary import final_test_values

FINALS = ("variant", "round", "density", "trial", "test_accuracy")


def finals_of(metrics, metric):
    """[header, row, …] of texts: each network's final test metric in each trial of a run."""
    density = metrics.groupby(["variant", "round"])["density"].mean()
    return [list(FINALS), *(
        [variant, str(round), f"{density[variant, round]:.6g}", str(trial), repr(float(value))]
        for (variant, round), values in final_test_values(metrics, metric).items()
        for trial, value in values.items())]


def cells(docs, table):
    """[header, row, …] of a table of claims, as it is shown.

    A cell has the mean difference in points and its 95 % interval over trials, by Student's t;
    bold where p is below 0.05 after Holm's correction over the cells of its row. There are two
    decimals where most intervals are narrower than a point.

    Raises:
      ValueError: there is no claim for the table, or a claim names a network that is not there.
    """
    claims, rounds, labels = _claims(docs, table)
    found = [_differences(docs, claim) for claim in claims]
    digits = digits_for(each[1:3] for row in found for each in row.values())
    rows = [[claim["statement"], *_row(differences, rounds, digits)]
            for claim, differences in zip(claims, found, strict=True)]
    return [["difference in test accuracy, points", *labels.values()], *rows]


def clear_cells(docs, table):
    """{(row, column)} of the differences that Holm's correction over all cells leaves clear.

    Raises:
      ValueError: as `cells`.
    """
    claims, _, labels = _claims(docs, table)
    found = {(claim["statement"], labels[round]): difference[-1] for claim in claims
             for round, difference in _differences(docs, claim).items()}
    corrected = holm(list(found.values()))
    return {place for place, p_value in zip(found, corrected, strict=True)
            if p_value < SIGNIFICANCE}


def _claims(docs, table):
    """(the claims of a table, their rounds, {round: the column's title})."""
    with open(docs / "data" / "claims.csv", encoding="utf-8", newline="") as file:
        claims = [row for row in csv.DictReader(file) if row["table"] == table]
    if not claims:
        raise ValueError(f"claims.csv has no claim of the table {table!r}")
    rounds = sorted({int(each) for claim in claims for each in claim["at"].split()})
    return claims, rounds, {
        round: f"at {100 * _values(docs, claims[0]['first'], round)[1]:.2g} %" for round in rounds}


def _differences(docs, claim):
    """{round: (mean, low, high, p)} of a claim."""
    differences = {}
    for round in map(int, claim["at"].split()):
        ours = _values(docs, claim["first"], round)[0]
        differences[round] = paired_difference(ours, _reference(docs, claim, round, ours))
    return differences


def _row(differences, rounds, digits):
    corrected = dict(zip(
        differences, holm([each[-1] for each in differences.values()]), strict=True))
    return [_cell(differences[round], corrected[round], digits) if round in differences else ""
            for round in rounds]


def _reference(docs, claim, round, ours):
    try:
        constant = float(claim["second"])
    except ValueError:
        return _values(docs, claim["second"], round)[0]
    return dict.fromkeys(ours, constant)


def _cell(difference, corrected, digits):
    mean, low, high = (signed(100 * value, digits) for value in difference[:3])
    return marked(f"{mean} [{low}, {high}]", corrected)


@functools.lru_cache(maxsize=32)
def _finals(path, _changed):
    """{variant: {round: ({trial: accuracy}, density)}} of a CSV, read once while unchanged."""
    found = {}
    for (variant, round), rows in pd.read_csv(path).groupby(["variant", "round"], sort=False):
        values = dict(zip(rows["trial"], rows["test_accuracy"], strict=True))
        found.setdefault(variant, {})[int(round)] = values, rows["density"].iloc[0]
    return found


def _values(docs, place, round):
    """({trial: accuracy}, density) of a network, as TABLE/VARIANT, at a round.

    A variant that has no rounds, such as `full`, is the same at each.
    """
    table, _, variant = place.partition("/")
    path = pathlib.Path(docs, "data", f"{table}_finals.csv")
    if not path.is_file():
        raise ValueError(f"claims.csv names {place!r}, and {path.name} is missing; "
                         f"`--take=RUN --as={table}` makes it")
    found = _finals(path, path.stat().st_mtime_ns)
    rounds = found.get(variant, {})
    at = 0 if set(rounds) == {0} else round
    if at not in rounds:
        raise ValueError(f"claims.csv names {place!r} at round {round}, which {path.name} has not; "
                         f"it has {', '.join(sorted(found))}")
    return rounds[at]
