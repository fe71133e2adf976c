"""Verdicts on the statements of docs/data/statements.csv, computed from the tables' own cells.

A statement names the cell that decides it, a table of docs/data with a row and a column of it, and
the limits between which the figure would have to lie: 0 and nothing above for "is better", 97.75
and 98.35 for "within 0.3 points of 98.05".
"""

import math
import re

from bench.documents.measure_table import RATIO
from bench.documents.network_table import CLEAR
from bench.documents.sources import SOURCES
from bench.documents.tables import shown

LEAST_TRIALS = 3
HOLDS, DOES_NOT, OPEN = "holds", "does not", "open"
# After a verdict that a correction over all comparisons of the table would not leave standing.
BY_ROW = "\\*"

_NUMBER = r"([+−-]?[\d,.]+(?:e[+−-]?\d+)?)"
_BRACKETS = re.compile(rf"\[{_NUMBER}, {_NUMBER}\]")
_HALF = re.compile(rf"{_NUMBER} ± {_NUMBER}")


def verdict_of(docs, known, statement):
    """'holds', 'does not' or 'open', with `BY_ROW` behind it where that applies.

    A statement holds where the whole interval of its evidence lies within its limits, and does not
    where all of it lies outside. It is open where the interval reaches across a limit, or may do so
    before it was rounded; where there is none, or it comes from fewer than `LEAST_TRIALS` trials;
    and where a table marks clear differences and this one is not marked, though the statement asks
    for its side of 0 (of 1 for the ratio of two networks).

    Args:
      docs: the folder of the documents.
      known: {table: its row of tables.csv}.
      statement: a row of statements.csv.

    Raises:
      ValueError: there is no such cell, it is empty, or the limits are no two numbers in order.
    """
    low, high = _limits(statement)
    entry, evidence = known.get(statement["table"]), evidence_of(docs, known, statement)
    found = _outermost(evidence)
    if found is None or int(entry["trials"] or 0) < LEAST_TRIALS:
        return OPEN
    source = SOURCES[entry["source"]]
    equal = 1 if RATIO.fullmatch(statement["row"]) else 0  # Of two networks that do not differ.
    of_side = equal in (low, high)
    if of_side and source.marks_clear:
        if not evidence.startswith(CLEAR):
            return OPEN
        found = _beside(equal, found)
    if low <= found[0] and found[1] <= high:
        verdict = HOLDS
    elif found[1] <= low or high <= found[0]:
        verdict = DOES_NOT
    else:
        return OPEN
    everywhere = source.clear_everywhere
    if of_side and everywhere and (statement["row"], statement["column"]) not in everywhere(
            docs, entry):
        return verdict + BY_ROW
    return verdict


def evidence_of(docs, known, statement):
    """The cell that decides a statement, as its table has it.

    Raises:
      ValueError: there is no such table, row or column, or the cell is empty.
    """
    name, row, column = statement["table"], statement["row"], statement["column"]
    if name not in known:
        raise ValueError(f"statements.csv: {statement['statement']!r} names the table {name!r}, "
                         "which tables.csv has not")
    header, *rows = shown(docs, known[name])
    found = [each for each in rows if each[0] == row]
    if column not in header or len(found) != 1:
        raise ValueError(f"statements.csv: {name} has {len(found)} rows {row!r}, and the columns "
                         f"{header}; expected one row, and the column {column!r}")
    evidence = found[0][header.index(column)]
    if not evidence:
        raise ValueError(f"statements.csv: {statement['statement']!r} names an empty cell of "
                         f"{name}; expected one that decides it")
    return evidence


def _limits(statement):
    try:
        low = float(statement["low"] or -math.inf)
        high = float(statement["high"] or math.inf)
    except ValueError:
        low, high = math.nan, math.nan
    if not low < high or low == -math.inf and high == math.inf:
        raise ValueError(
            f"statements.csv: {statement['statement']!r} has the limits {statement['low']!r} and "
            f"{statement['high']!r}; expected at least one number, the lower one first")
    return low, high


def _outermost(evidence):
    """(low, high) between which the interval lies that was rounded to '1.2 [0.9, 1.5]'.

    That of '98.3 ± 0.1 @ 77' comes from two rounded numbers. None where there is no interval.
    """
    brackets, half = _BRACKETS.search(evidence), _HALF.search(evidence)
    if brackets:
        (low, below), (high, above) = map(_rounded, brackets.groups())
        return low - below, high + above
    if half:
        (middle, first), (width, second) = map(_rounded, half.groups())
        return middle - width - first - second, middle + width + first + second
    return None


def _beside(equal, interval):
    """An interval that is known to leave out `equal`, cut there if only its rounding reaches it."""
    low, high = interval
    return (max(low, equal), high) if low + high > 2 * equal else (low, min(high, equal))


def _rounded(text):
    """(number, half a unit of its last digit) of '4,667', '−0.10' or '6.1e−6'."""
    text = text.replace("−", "-").replace(",", "")
    digits, _, power = text.partition("e")
    decimals = len(digits.partition(".")[2])
    return float(text), 0.5 * 10.0 ** (int(power or 0) - decimals)
