"""'npz:FILE': arrays x_train, y_train and so on, read from the archive part by part."""

import contextlib
import pathlib
import zipfile
import zlib

import numpy as np

from lth_keras.data.sources.content import of_files
from lth_keras.data.sources.opened_source import (
    SPLITS,
    OpenedSource,
    check_lengths,
    check_names,
    class_names,
    part_rows,
)
from lth_keras.errors import ConfigurationError

_UNREADABLE = (OSError, ValueError, KeyError, EOFError, NotImplementedError, RuntimeError,
               zipfile.BadZipFile, zlib.error)


def open_npz(path, index):
    """The `OpenedSource` of an archive as `numpy.savez` writes it.

    It has the arrays x_train and y_train, and perhaps x_test, y_test, x_validation and
    y_validation. w_train and so on give weights of the examples, and label_names the names of the
    classes.

    Args:
      path: of the file.
      index: `ContentIndex`.

    Raises:
      ConfigurationError: there is no such file, or it does not hold such arrays.
    """
    path = pathlib.Path(path).expanduser()
    name = f"npz:{path.name}"
    if not path.is_file():
        raise ConfigurationError(
            f"Dataset.name is 'npz:{path}', and there is no such file; expected an archive of "
            "numpy.savez(FILE, x_train=…, y_train=…, x_test=…, y_test=…)"
        )
    with _reading(path):
        headers = _headers(path)
        _check_members(name, headers)
        labels = {split: _whole(path, f"y_{split}") for split in SPLITS if f"y_{split}" in headers}
        weights = {split: _whole(path, f"w_{split}") for split in SPLITS if f"w_{split}" in headers}
        names = _whole(path, "label_names") if "label_names" in headers else None
    for split, values in labels.items():
        check_lengths(name, split, headers[f"x_{split}"][0][0], len(values))

    def read(split):
        with _reading(path):
            shape, dtype = headers[f"x_{split}"]
            rows, at = part_rows(shape[1:], dtype), 0
            for part in _parts(path, f"x_{split}", rows):
                yield part, labels[split][at : at + len(part)]
                at += len(part)

    return OpenedSource(
        name, {split: len(values) for split, values in labels.items()}, read,
        content=lambda: of_files(path, [path], index),
        label_names=class_names(name, names), weights=weights, labels=labels,
    )


def _check_members(name, headers):
    check_names(name, list(headers))
    pairs = [f"{axis}_{split}" for split in SPLITS for axis in "xy"]
    for key, (shape, dtype) in headers.items():
        if key in pairs and (not shape or dtype.hasobject):
            raise ConfigurationError(
                f"'{key}' in '{name}' is {dtype} of shape {shape}; expected numbers, one row for "
                "each example"
            )


def _headers(path):
    """{key: (shape, dtype)} of every array in the archive."""
    headers = {}
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            if member.endswith(".npy"):
                with archive.open(member) as file:
                    shape, fortran, dtype = _header(file)
                    if fortran and len(shape) > 1:
                        raise ValueError(f"'{member}' is in Fortran's order; store it in C's")
                    headers[member.removesuffix(".npy")] = shape, dtype
    return headers


def _header(file):
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(file)
    return np.lib.format.read_array_header_2_0(file)


def _whole(path, key):
    with np.load(path, allow_pickle=False) as archive:
        return archive[key]


def _parts(path, key, rows):
    with zipfile.ZipFile(path) as archive, archive.open(f"{key}.npy") as file:
        shape, _, dtype = _header(file)
        for first in range(0, shape[0], rows):
            count = min(rows, shape[0] - first)
            part = np.empty((count, *shape[1:]), dtype)
            _fill(file, part.reshape(-1).view(np.uint8))
            yield part


def _fill(file, target):
    at = 0
    while at < len(target):
        content = file.read(len(target) - at)
        if not content:
            raise EOFError("it ends too early")
        target[at : at + len(content)] = np.frombuffer(content, np.uint8)
        at += len(content)


@contextlib.contextmanager
def _reading(path):
    try:
        yield
    except ConfigurationError:
        raise
    except _UNREADABLE as error:
        reason = str(error).strip().splitlines()[0][:100] if str(error).strip() else ""
        raise ConfigurationError(
            f"'npz:{path.name}' cannot be read ({type(error).__name__}: {reason}); expected a "
            "whole archive of numpy.savez, of numbers and without pickled objects: write it again"
        ) from error
