"""'csv:FILE' and 'parquet:FILE': a table with a column of labels, read by pandas."""

import dataclasses
import pathlib

import numpy as np

from lth_keras.data.sources.content import of_files
from lth_keras.data.sources.opened_source import SPLITS, OpenedSource, in_parts
from lth_keras.errors import ConfigurationError

_ENDINGS = {"csv": (".csv", ".csv.gz", ".tsv"), "parquet": (".parquet",)}


@dataclasses.dataclass(frozen=True)
class Columns:
    """The columns of a table that are used.

    Attributes:
      label: the name of the label's column.
      inputs: names of the inputs' columns; None for all but the label's and the weight's.
      weight: the name of the column of the examples' weights, or None.
    """

    label: str
    inputs: tuple | None = None
    weight: str | None = None

    @property
    def beside(self):
        """The names of the columns that are no inputs."""
        return [self.label, *([] if self.weight is None else [self.weight])]


def open_table(kind, path, index, columns):
    """The `OpenedSource` of a table, or of a folder that holds train.csv, test.csv and the like.

    Numbers become float32; labels that are text become their places in the alphabet.

    Args:
      kind: 'csv' or 'parquet'.
      path: of the file, or of a folder with one for each split.
      index: `ContentIndex`.
      columns: `Columns`.

    Raises:
      ConfigurationError: there is no such file, a column is absent, a value is no number, or
        labels are text in one split and numbers in another.
    """
    path = pathlib.Path(path).expanduser()
    name = f"{kind}:{path.name}"
    places = _files(kind, path)
    tables = {split: _table(name, kind, place) for split, place in places.items()}
    names = _input_columns(name, tables["train"], columns)
    inputs, labels, label_names, weights = {}, {}, None, {}
    for split, table in tables.items():
        _check_columns(name, places[split], table, [*columns.beside, *names])
        if not names:
            raise ConfigurationError(
                f"'{name}' has the columns {columns.beside} alone; expected at least one more, to "
                "predict the label from"
            )
        inputs[split] = _numbers(name, table, names)
        labels[split], label_names = _labels(name, table, columns.label, split, label_names)
        if columns.weight is not None:
            weights[split] = _numbers(name, table, [columns.weight], "Dataset.weight")[:, 0]
    return OpenedSource(
        name, {split: len(table) for split, table in tables.items()},
        read=lambda split: in_parts(inputs[split], labels[split]),
        content=lambda: of_files(path, list(places.values()), index),
        num_classes=None if label_names is None else len(label_names), label_names=label_names,
        weights=weights, labels=labels, text_label=None if label_names is None else
        f"the column {columns.label!r} of '{name}' is text, "
        f"{_first_text(tables['train'], columns.label)}",
    )


def _files(kind, path):
    if path.is_file():
        return {"train": path}
    tables = {}
    for split in SPLITS if path.is_dir() else ():
        there = [path / f"{split}{ending}" for ending in _ENDINGS[kind]]
        tables.update({split: each for each in there if each.is_file()})
    if "train" not in tables:
        raise ConfigurationError(
            f"Dataset.name is '{kind}:{path}', and there is no such file; expected a {kind} file, "
            f"or a folder with train{_ENDINGS[kind][0]} and test{_ENDINGS[kind][0]}"
        )
    return tables


def _table(name, kind, path):
    import pandas

    try:
        if kind == "parquet":
            table = pandas.read_parquet(path)
        else:
            table = pandas.read_csv(path, sep="\t" if path.suffix == ".tsv" else ",")
    # pandas, Arrow and each decompressor have errors of their own.
    except Exception as error:
        reason = str(error).strip().splitlines()[0][:100] if str(error).strip() else ""
        raise ConfigurationError(
            f"'{name}' cannot be read by pandas ({type(error).__name__}: {reason}); expected a "
            f"{kind} file with a name for each column in its first row"
        ) from error
    if not len(table):
        raise ConfigurationError(f"'{name}' has no row in {path.name}; expected one per example")
    table.columns = [str(each) for each in table.columns]
    table.attrs["path"] = path
    return table


def _input_columns(name, table, columns):
    if columns.label is None:
        raise ConfigurationError(
            f"'{name}' has the columns {_listed(table.columns)} and no label is bound; bind "
            f"Dataset.label to one of them, like Dataset.label = {str(table.columns[-1])!r}"
        )
    _check_columns(name, None, table, columns.beside)
    if columns.inputs is not None:
        return list(columns.inputs)
    return [each for each in table.columns if each not in columns.beside]


def _check_columns(name, path, table, columns):
    lacking = [each for each in columns if each not in table.columns]
    if lacking:
        place = f" in {path.name}" if path is not None and path.name not in name else ""
        raise ConfigurationError(
            f"'{name}' has no column {lacking[0]!r}{place}; it has {_listed(table.columns)}: bind "
            "Dataset.label, and Dataset.input or weight if need be, to names among these"
        )


def _numbers(name, table, names, parameter="Dataset.input"):
    inputs = np.empty((len(table), len(names)), np.float32)
    for place, each in enumerate(names):
        column = table[each]
        if column.dtype.kind not in "buif" and not _is_nullable_number(column):
            raise ConfigurationError(
                f"the column {each!r} of '{name}' holds {column.dtype}, such as "
                f"{str(column.iloc[0])[:20]!r}; expected numbers: encode it, or bind {parameter} "
                "to columns of numbers"
            )
        values = column.to_numpy(np.float64, na_value=np.nan)
        with np.errstate(over="ignore"):
            inputs[:, place] = values
        _check_finite(name, table, each, inputs[:, place])
    return inputs


def _is_nullable_number(column):
    import pandas

    return pandas.api.types.is_numeric_dtype(column.dtype) or pandas.api.types.is_bool_dtype(
        column.dtype)


def _check_finite(name, table, column, values):
    wrong = np.flatnonzero(~np.isfinite(values))
    if wrong.size:
        raise ConfigurationError(
            f"the column {column!r} of '{name}' lacks {wrong.size} of {len(values)} values, or "
            f"they are not finite, first in {_place(table, wrong[0])}; expected numbers: fill or "
            "drop them"
        )


def _labels(name, table, column, split, label_names):
    """(labels, label names): numbers as they are, text by its place in the alphabet."""
    values = table[column]
    is_number = values.dtype.kind in "buif" or _is_nullable_number(values)
    # One bad cell makes a column text: then numbers would be compared with places in the alphabet.
    if split != "train" and is_number != (label_names is None):
        kinds = ("numbers", "text") if label_names is None else ("text", "numbers")
        text = f"such as {label_names[0][:40]!r}" if is_number else _first_text(table, column)
        raise ConfigurationError(
            f"the column {column!r} of '{name}' is {kinds[0]} in the training rows and {kinds[1]} "
            f"in the {split} rows; the text is {text}; expected one kind in both: correct the file "
            "that is wrong"
        )
    if is_number:
        array = values.to_numpy()
        if array.dtype.kind not in "buif":
            array = values.to_numpy(np.float64, na_value=np.nan)
        _check_finite(name, table, column, array)
        return (array.astype(np.int32) if array.dtype.kind == "b" else array), label_names
    absent = np.flatnonzero(values.isna().to_numpy())
    if absent.size:
        raise ConfigurationError(
            f"the column {column!r} of '{name}' lacks {absent.size} of {len(values)} values, first "
            f"in {_place(table, absent[0])}; expected a label in each row: fill or drop them"
        )
    texts = values.astype(str).to_numpy(str)
    if label_names is None:
        label_names = tuple(np.unique(texts).tolist())
    strange = sorted(set(texts.tolist()) - set(label_names))
    if strange:
        raise ConfigurationError(
            f"the {split} rows of '{name}' have the label {strange[0][:40]!r}, which the training "
            "rows lack; expected labels that are there too"
        )
    return np.searchsorted(np.asarray(label_names), texts).astype(np.int32), label_names


def _first_text(table, column):
    """Words that name the first value which is no number, and its place."""
    values = table[column]
    for row, value in enumerate(values):
        try:
            float(value)
        except (TypeError, ValueError):
            return f"first {str(value)[:40]!r} in {_place(table, row)}"
    return f"such as {str(values.iloc[0])[:40]!r} in {_place(table, 0)}"


def _place(table, row):
    """'line 52 of the file' for row 50, from 0, as an editor counts lines; 'row 51' where rows are
    not lines: in Parquet, in a compressed file, or where a value goes over several lines."""
    path = table.attrs["path"]
    if path.suffix in (".csv", ".tsv"):
        with path.open("rb") as file:  # pandas leaves empty lines out.
            lines = [number for number, line in enumerate(file, 1) if line.strip()]
        if len(lines) == 1 + len(table):
            return f"line {lines[row + 1]} of the file {path.name}"
    return f"row {row + 1}"


def _listed(names):
    shown = [str(each)[:20] for each in names[:6]]
    return f"{shown}" + (f" and {len(names) - 6} more" if len(names) > 6 else "")
