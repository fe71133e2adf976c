"""One evaluation of one network as a row, and rows as CSV whose bytes can be compared."""

import csv
import dataclasses
import io
import math
import pathlib

import numpy as np
import pandas as pd

from lth_keras import files
from lth_keras.errors import RunError
from lth_keras.store import vouched

COLUMNS = (
    "trial", "variant", "round", "density", "step", "epoch", "train_loss", "train_accuracy",
    "val_loss", "val_accuracy", "test_loss", "test_accuracy",
)
FILE = "metrics.csv"
_WHOLE = ("trial", "round", "step")
_HEADER = ",".join(COLUMNS) + "\n"


@dataclasses.dataclass(frozen=True)
class MetricsRow:
    """One evaluation.

    Numbers become Python's own. A float32 becomes the shortest decimal that gives it back, so
    that the row in memory, the text in the file and the number read from it are the same.

    Attributes:
      trial: counted from 1.
      variant: 'imp' for a round of iterative pruning, else the control's name.
      round: whose mask it is; 0 is dense.
      density: share of prunable weights kept, 0 to 1.
      step: optimizer updates so far.
      epoch: the same in passes over the training set, perhaps with a fraction.
      train_loss, val_loss, test_loss: mean over the split; None if not evaluated. A loss that is
        not a number is recorded as inf: where tables are read, NaN is what was not evaluated.
      train_accuracy, val_accuracy, test_accuracy: 0 to 1; None if not evaluated.

    Raises:
      ValueError: an accuracy lies outside 0 to 1, or the variant's name would break a CSV line.
    """

    trial: int
    variant: str
    round: int
    density: float
    step: int
    epoch: float
    train_loss: float | None = None
    train_accuracy: float | None = None
    val_loss: float | None = None
    val_accuracy: float | None = None
    test_loss: float | None = None
    test_accuracy: float | None = None

    def __post_init__(self):
        if not self.variant or set(self.variant) & set(',"\r\n'):
            raise ValueError(f"variant {self.variant!r} cannot be a field of a CSV file")
        for column in COLUMNS:
            value = getattr(self, column)
            if column in _WHOLE:
                value = int(value)
            elif column != "variant" and value is not None:
                value = _plain(value)
            if column.endswith("_accuracy") and value is not None and not 0 <= value <= 1:
                raise ValueError(f"{column} is {value}; expected 0 to 1, or None: not evaluated")
            if column.endswith("_loss") and value is not None and math.isnan(value):
                value = math.inf
            object.__setattr__(self, column, value)


def rows_to_csv(rows):
    """The text of a metrics file: `COLUMNS`, then a line for each `MetricsRow`."""
    lines = (
        ",".join(_field(getattr(row, column)) for column in COLUMNS) + "\n" for row in rows
    )
    return _HEADER + "".join(lines)


def read_csv(path):
    """A metrics file as a DataFrame: trial, round and step int64, variant str, the rest float64.

    An empty field is NaN, 'not evaluated'; the loss of a diverged network is inf.

    Raises:
      RunError: the file is missing, or is no metrics file.
    """
    return _parse(_whole(files.read_text(path), path), path)


def read_rows(folder):
    """The evaluations of a finished network, as `read_csv` gives them, checked against done.json.

    Raises:
      RunError: they are others than were stored, or no evaluations.
    """
    path = pathlib.Path(folder) / FILE
    return _parse(_whole(vouched.text(folder, FILE), path), path)


def parse_rows(content, path):
    """`read_csv` of bytes that were read from `path` already."""
    try:
        return _parse(_whole(content.decode("utf-8"), path), path)
    except UnicodeDecodeError as error:
        raise RunError(f"cannot read {path}: {error}") from error


def concatenate(folders, to):
    """Writes the evaluations of finished networks, in this order, as one file `to`.

    Lines are copied as they are: no number is read and written again.

    Raises:
      RunError: a file is missing, not what done.json says, or `to` cannot be written.
    """
    texts = [_whole(vouched.text(folder, FILE), pathlib.Path(folder) / FILE) for folder in folders]
    files.write_text(to, _HEADER + "".join(text[len(_HEADER):] for text in texts))


def relabelled(folder, variant):
    """A finished network's evaluations as text, `variant` in each row; no number is changed.

    Raises:
      RunError: they are others than were stored, or no evaluations.
    """
    header, *rows = csv.reader(
        io.StringIO(_whole(vouched.text(folder, FILE), pathlib.Path(folder) / FILE)))
    column = header.index("variant")
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [header, *([*row[:column], variant, *row[column + 1:]] for row in rows)])
    return text.getvalue()


def _plain(value):
    # str, not item(): a float32 as a double is 0.10000000149011612 where '0.1' says the same.
    return float(str(value[()])) if getattr(value, "dtype", None) == np.float32 else float(value)


def _field(value):
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _whole(text, path):
    if not text.startswith(_HEADER) or not text.endswith("\n"):
        raise RunError(
            f"{path} is no metrics file: its first line is {text.partition(chr(10))[0][:80]!r}; "
            f"expected {_HEADER.strip()!r} and whole lines"
        )
    return text


def _parse(text, path):
    kinds = {column: "int64" if column in _WHOLE else "float64" for column in COLUMNS}
    try:
        frame = pd.read_csv(
            io.StringIO(text), dtype=kinds | {"variant": "str"}, keep_default_na=False,
            na_values={column: [""] for column in COLUMNS if column != "variant"},
        )
        _check_ranges(frame)
        return frame
    except (ValueError, OverflowError) as error:
        raise RunError(
            f"cannot read {path}: {error}; `run.py verify RUN` looks for further damage"
        ) from error


def _check_ranges(frame):
    """Refuses what no evaluation gives; empty fields are NaN and in no range."""
    least = {"trial": 1, "round": 0, "step": 0, "epoch": 0, "density": 0}
    for column in COLUMNS:
        low = 0 if column.endswith("_accuracy") else least.get(column)
        high = 1 if column == "density" or column.endswith("_accuracy") else np.inf
        if low is not None and ((frame[column] < low) | (frame[column] > high)).any():
            raise ValueError(f"{column} has a value outside {low} to {high:g}")
