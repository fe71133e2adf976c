"""`Dataset.source`: arrays that a function of the user's returns."""

from lth_keras.data.conversion import as_array
from lth_keras.data.sources.content import of_arrays
from lth_keras.data.sources.opened_source import (
    SPLITS,
    OpenedSource,
    check_lengths,
    check_names,
    class_names,
    in_parts,
)
from lth_keras.errors import ConfigurationError

_FORM = ("a dict with x_train, y_train, x_test, y_test (and perhaps x_validation, w_train, "
         "label_names), or ((x_train, y_train), (x_test, y_test))")


def open_function(function, name):
    """The `OpenedSource` of what `function()` returns.

    Args:
      function: without arguments; its arrays may be memory-mapped, and are then read in parts.
      name: of the data in records.

    Raises:
      ConfigurationError: it returns something else, or fails.
    """
    try:
        given = function()
    except ConfigurationError:
        raise
    # The user's code may raise anything; its traceback is kept as the cause.
    except Exception as error:
        line = str(error).strip().splitlines()[0][:120] if str(error).strip() else ""
        raise ConfigurationError(
            f"Dataset.source, {_called(function)}, fails ({type(error).__name__}: {line}); "
            "expected a function without arguments that returns arrays"
        ) from error
    arrays = _named(given, function)
    check_names(name, list(arrays))
    label_names = arrays.pop("label_names", None)
    arrays = {key: _array(name, key, each) for key, each in arrays.items()}
    sizes = {}
    for split in SPLITS:
        if f"x_{split}" in arrays:
            check_lengths(name, split, len(arrays[f"x_{split}"]), len(arrays[f"y_{split}"]))
            sizes[split] = len(arrays[f"y_{split}"])
    return OpenedSource(
        name, sizes, lambda split: in_parts(arrays[f"x_{split}"], arrays[f"y_{split}"]),
        content=lambda: of_arrays(arrays),
        label_names=class_names(name, label_names),
        weights={split: arrays[f"w_{split}"] for split in sizes if f"w_{split}" in arrays},
        labels={split: arrays[f"y_{split}"] for split in sizes},
    )


def _named(given, function):
    if isinstance(given, dict):
        return {key: each for key, each in given.items() if each is not None}
    pairs = list(given) if isinstance(given, (tuple, list)) else []
    if len(pairs) not in (2, 3) or not all(
            isinstance(each, (tuple, list)) and len(each) == 2 for each in pairs):
        raise _wrong_form(function, f"a {type(given).__name__}")
    order = ("train", "test") if len(pairs) == 2 else ("train", "validation", "test")
    return {f"{axis}_{split}": array for split, pair in zip(order, pairs, strict=True)
            for axis, array in zip("xy", pair, strict=True)}


def _array(name, key, given):
    axis, _, split = key.partition("_")
    array = as_array(name, split, {"x": "examples", "y": "labels", "w": "weights"}[axis], given)
    return array if array.ndim else array.reshape(1)


def _wrong_form(function, returned):
    return ConfigurationError(
        f"Dataset.source, {_called(function)}, returns {returned}; expected {_FORM}")


def _called(function):
    return f"@{getattr(function, '__name__', type(function).__name__)}"
