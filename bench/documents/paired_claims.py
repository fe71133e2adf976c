"""Tables of claims: paired differences between networks of runs, from their trials' accuracies.

docs/data/claims.csv has a row for each claim: the table it belongs to, its words, the two networks
that it compares, as TABLE/VARIANT, and the rounds at which it does. The second may be a number,
such as 0.1: the accuracy of guessing one of ten classes. docs/data/TABLE_finals.csv has the
networks' final test accuracies in each trial, which `check_documents --take` takes from a run.
"""

import csv
import functools
import math
import pathlib

import pandas as pd

from bench.documents.network_table import clear_places, digits_for, marked, signed
from lth_keras.statistics.comparisons import holm
from lth_keras.statistics.intervals import in_common, paired_difference
from lth_keras.statistics.summary import final_test_values

ALIKE = 0.05  # By how much more of its weights a network may keep, and share a column's title.
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
      ValueError: there is no claim for the table, a claim names a network that is not there, its
        two networks have no trial in common, or two columns would have one title.
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
    return clear_places({
        (claim["statement"], labels[round]): difference[-1] for claim in claims
        for round, difference in _differences(docs, claim).items()})


def fewest_trials(docs, table):
    """Of how many trials the difference of a table of claims is that has the fewest."""
    return min(len(in_common(*_pair(docs, claim, int(round))))
               for claim in _claims(docs, table)[0] for round in claim["at"].split())


def _claims(docs, table):
    """(the claims of a table, their rounds, {round: the column's title})."""
    with open(docs / "data" / "claims.csv", encoding="utf-8", newline="") as file:
        claims = [row for row in csv.DictReader(file) if row["table"] == table]
    if not claims:
        raise ValueError(f"claims.csv has no claim of the table {table!r}")
    rounds = sorted({int(each) for claim in claims for each in claim["at"].split()})
    labels = {round: _label(docs, claims, round) for round in rounds}
    if len(set(labels.values())) != len(labels):
        raise ValueError(f"claims.csv: of {table!r} the rounds {rounds} have the titles "
                         f"{list(labels.values())}; expected one title for each")
    return claims, rounds, labels


def _label(docs, claims, round):
    """'at 26 %', or 'at 24 to 26 %' where networks of a column keep quite different shares.

    A network that keeps all its weights stands beside the pruned ones, and does not count.
    """
    kept = [_values(docs, claim["first"], round)[1] for claim in claims
            if str(round) in claim["at"].split()]
    kept = [each for each in kept if each < 1] or kept
    differ = max(kept) / min(kept) > 1 + ALIKE
    ends = (min(kept), max(kept)) if differ else kept[:1]
    return f"at {' to '.join(f'{100 * each:.{2 if each < 1 else 3}g}' for each in ends)} %"


def _differences(docs, claim):
    """{round: (mean, low, high, p)} of a claim."""
    return {round: paired_difference(*_pair(docs, claim, round))
            for round in map(int, claim["at"].split())}


def _pair(docs, claim, round):
    """The accuracies of a claim's two networks at a round, each as {trial: accuracy}."""
    ours = _values(docs, claim["first"], round)[0]
    theirs = _reference(docs, claim, round, ours)
    if not in_common(ours, theirs):
        raise ValueError(f"claims.csv: {claim['first']} and {claim['second']} have no trial in "
                         f"common at round {round}")
    return ours, theirs


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
    return mean if math.isnan(difference[1]) else marked(f"{mean} [{low}, {high}]", corrected)


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
