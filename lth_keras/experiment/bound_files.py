"""Files that a model's function was given: their content decides numbers, as its code does."""

import functools
import hashlib
import inspect
import os
import pathlib

from lth_keras import files
from lth_keras.experiment.given_values import closure, gin_bindings


def bound_files(function):
    """{argument: hexadecimal SHA-256} of every file or SavedModel that a function is bound to.

    The files may be bound by gin, by `functools.partial`, as defaults of arguments, or as names in
    the function around it.

    Args:
      function: the model's.
    """
    bound = {}
    while isinstance(function, functools.partial):
        named = dict(enumerate(function.args)) | function.keywords
        bound = {str(key): value for key, value in named.items()} | bound
        function = function.func
    bound = gin_bindings(function) | bound
    plain = inspect.unwrap(function)
    try:
        parameters = inspect.signature(plain).parameters.values()
        bound = {each.name: each.default for each in parameters} | bound
    except (TypeError, ValueError):
        pass  # A compiled function, or an object with `__call__`.
    bound |= closure(plain)
    return {
        name: _digest(pathlib.Path(value)) for name, value in sorted(bound.items())
        if isinstance(value, (str, os.PathLike)) and _is_there(value)
    }


def _is_there(value):
    try:
        return pathlib.Path(value).is_file() or (pathlib.Path(value) / "saved_model.pb").is_file()
    except (OSError, ValueError):
        return False  # A text too long to be a path, or with a zero in it.


def _digest(path):
    if path.is_file():
        return files.sha256(path)
    together = hashlib.sha256()
    for each in sorted(each for each in path.rglob("*") if each.is_file()):
        together.update(f"{each.relative_to(path)} {files.sha256(each)}\n".encode())
    return together.hexdigest()
