"""metrics.csv: one row for each evaluation of a network; equal rows give equal bytes."""

import csv
import dataclasses
import io
import math
import pathlib
import re

import numpy as np
import pandas as pd

from lth_keras import files
from lth_keras.errors import RunError
from lth_keras.metric import ACCURACY, value_columns
from lth_keras.program import program
from lth_keras.store import vouched

FILE = "metrics.csv"
_PLACE = ("trial", "variant", "round", "density", "step", "epoch")
_WHOLE = ("trial", "round", "step")


def columns(metrics):
    """Columns of a metrics file for these `Metric`s."""
    return (*_PLACE, *value_columns(metrics))


COLUMNS = columns([ACCURACY])
# Each split has its loss, then the same metrics.
_PATTERN = re.compile(",".join([
    *_PLACE, *(rf"{split}_loss(?:,{split}_\w+)+" for split in ("train", "val", "test"))]))


@dataclasses.dataclass(frozen=True)
class MetricsRow:
    """One evaluation.

    Numbers become Python's own. A float32 becomes the shortest decimal that gives it back, so
    that the row in memory, the text in the file and the number read from it are the same.

    Attributes:
      trial: counted from 1.
      variant: 'imp' for a round of iterative pruning, else the variant's name.
      round: whose mask it is; 0 is dense.
      density: share of prunable weights kept, 0 to 1.
      step: optimizer updates so far.
      epoch: the same in passes over the training set, perhaps with a fraction.
      values: {column: number} as `metric.value_columns` names them; None if not evaluated. A loss
        that is NaN is recorded as inf, because NaN in a table means 'not evaluated'.

    Raises:
      ValueError: an accuracy lies outside 0 to 1, or the variant's name would break a CSV line.
    """

    trial: int
    variant: str
    round: int
    density: float
    step: int
    epoch: float
    values: dict

    def __post_init__(self):
        if not self.variant or set(self.variant) & set(',"\r\n'):
            raise ValueError(f"variant {self.variant!r} cannot be a field of a CSV file")
        for name in _PLACE:
            if name != "variant":
                kind = int if name in _WHOLE else _plain
                object.__setattr__(self, name, kind(getattr(self, name)))
        object.__setattr__(
            self, "values", {name: _value(name, each) for name, each in self.values.items()})


def rows_to_csv(rows, header=COLUMNS):
    """The text of a metrics file: `header`, then a line for each `MetricsRow`.

    A field without a value is empty: it was not evaluated.
    """
    lines = [",".join(header)]
    for row in rows:
        place = [getattr(row, name) for name in _PLACE]
        values = [row.values.get(name) for name in header[len(_PLACE):]]
        lines.append(",".join(map(_field, place + values)))
    return "\n".join(lines) + "\n"


def read_csv(path):
    """A metrics file as a DataFrame: trial, round and step int64, variant str, the rest float64.

    An empty field is NaN, 'not evaluated'; the loss of a diverged network is inf.

    Raises:
      RunError: the file is missing, or is no metrics file.
    """
    return _parse(_whole(files.read_text(path), path), path)


def read_rows(folder):
    """The evaluations of a finished network, as from `read_csv`, checked against done.json.

    Raises:
      RunError: they are not those that were stored, or not evaluations.
    """
    path = pathlib.Path(folder) / FILE
    rows = _parse(_stored(folder), path)
    if rows.empty:
        raise RunError(
            f"{path} has no evaluation, and every network is evaluated at its end; "
            f"`{program()} verify RUN` looks for further damage")
    return rows


def parse_rows(content, path):
    """As `read_csv`, of bytes that were read from `path` already."""
    try:
        return _parse(_whole(content.decode("utf-8"), path), path)
    except UnicodeDecodeError as error:
        raise RunError(f"cannot read {path}: {error}") from error


def concatenate(folders, to, header=COLUMNS):
    """Writes the evaluations of finished networks, in this order, as one file `to`.

    Lines are copied unchanged: no number is read and written again. Without any network the file
    has only `header`.

    Raises:
      RunError: a file is missing, not what done.json says or no metrics file, they have unequal
        columns, or `to` cannot be written.
    """
    first, parts = None, []
    for folder in folders:
        text = _stored(folder)
        own = _header(text)
        if first is not None and own != first:
            raise RunError(
                f"{pathlib.Path(folder) / FILE} has the columns {own}; expected {first}, those of "
                f"the files before it: `{program()} verify RUN` looks for further damage"
            )
        first = own
        parts.append(text[len(own) + 1:])
    files.write_text(to, "".join([first or ",".join(header), "\n", *parts]))


def _value(name, value):
    if value is None:
        return None
    value = _plain(value)
    if name.endswith("_loss"):
        return math.inf if math.isnan(value) else value
    if name.endswith("_accuracy") and not 0 <= value <= 1:
        raise ValueError(f"{name} is {value}; expected 0 to 1, or None: not evaluated")
    # A network that diverged may have no value for its metric; its loss, inf, says why.
    return None if math.isnan(value) else value


def relabelled(folder, variant, round):
    """A finished network's evaluations as text, as those of a variant at a round; no measured
    number is changed.

    Raises:
      RunError: they are not those that were stored, or not evaluations.
    """
    header, *rows = csv.reader(io.StringIO(_stored(folder)))
    for row in rows:
        row[header.index("variant")], row[header.index("round")] = variant, str(round)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def _plain(value):
    # str() and not item(): item() would give 0.10000000149011612 for the float32 0.1.
    return float(str(value[()])) if getattr(value, "dtype", None) == np.float32 else float(value)


def _field(value):
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _stored(folder):
    return _whole(vouched.text(folder, FILE), pathlib.Path(folder) / FILE)


def _whole(text, path):
    if not _PATTERN.fullmatch(_header(text)) or not text.endswith("\n"):
        raise RunError(
            f"{path} is no metrics file: its first line is {text.partition(chr(10))[0][:80]!r}; "
            f"expected {','.join(COLUMNS)!r}, or another metric's, and whole lines"
        )
    return text


def _header(text):
    return text.partition("\n")[0]


def _parse(text, path):
    names = _header(text).split(",")
    kinds = {column: "int64" if column in _WHOLE else "float64" for column in names}
    try:
        frame = pd.read_csv(
            io.StringIO(text), dtype=kinds | {"variant": "str"}, keep_default_na=False,
            na_values={column: [""] for column in names if column != "variant"},
        )
        _check_ranges(frame)
        return frame
    except (ValueError, OverflowError) as error:
        raise RunError(
            f"cannot read {path}: {error}; `{program()} verify RUN` looks for further damage"
        ) from error


def _check_ranges(frame):
    """Refuses values that no evaluation gives; empty fields are NaN, which no range refuses."""
    least = {"trial": 1, "round": 0, "step": 0, "epoch": 0, "density": 0}
    for column in frame:
        low = 0 if column.endswith("_accuracy") else least.get(column)
        high = 1 if column == "density" or column.endswith("_accuracy") else np.inf
        if low is not None and ((frame[column] < low) | (frame[column] > high)).any():
            raise ValueError(f"{column} has a value outside {low} to {high:g}")
