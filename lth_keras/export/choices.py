"""What an export may be asked for, by name; checked without TensorFlow, before anything is read."""

import importlib.util
import os
import pathlib

from lth_keras.errors import ConfigurationError
from lth_keras.program import installing

# {format: the packages of requirements-export.txt that are needed to write and check it}.
FORMATS = {
    "saved_model": (), "keras": (), "keras3": (), "onnx": ("tf2onnx", "onnx", "onnxruntime"),
    "tflite": (), "tflite_float16": (), "tflite_int8": (), "tflite_sparse": (),
}
TICKET = "ticket"
DEFAULT = ("saved_model", "keras", "tflite", TICKET)
INPUT_FORMS = ("uint8", "float")
WEIGHTS = ("trained", "untrained")


def check_choices(formats, input_form, weights, compact):
    """Checks the choices of `ExportOptions`.

    Raises:
      ConfigurationError: one is not known, needs a package that is not installed, or does not go
        with another.
    """
    known = (*FORMATS, TICKET)
    wrong = [name for name in formats if name not in known]
    if wrong or not formats:
        raise ConfigurationError(
            f"format is {wrong[0] if wrong else 'empty'!r}; expected one or more of "
            f"{', '.join(known)}"
        )
    for name in formats:
        _check_installed(name)
    if weights not in WEIGHTS:
        raise ConfigurationError(f"weights is {weights!r}; expected one of {WEIGHTS}")
    if input_form not in (None, *INPUT_FORMS):
        raise ConfigurationError(f"input is {input_form!r}; expected one of {INPUT_FORMS}")
    if compact and TICKET in formats:
        raise ConfigurationError(
            "compact goes with networks; a bare ticket's masks are those of the full "
            "architecture: leave 'ticket' out of the formats"
        )


def place_of(to: str | os.PathLike) -> pathlib.Path:
    """The folder of an export, without '..', so that for 'new/..' no folder 'new' is made.

    Raises:
      ConfigurationError: no folder can have that name, or something is there already: nothing is
        overwritten.
    """
    if "\0" in str(to):
        raise no_place(repr(to), ValueError("its name has a zero in it"))
    try:
        place = pathlib.Path(os.path.realpath(to) if ".." in pathlib.Path(to).parts else to)
        is_there = place.exists() or place.is_symlink()
    except (OSError, ValueError) as error:
        raise no_place(to, error) from error
    if is_there:
        raise ConfigurationError(
            f"{place} exists already and is not overwritten; name another folder, or remove it "
            "first"
        )
    return place


def no_place(to, error):
    """The `ConfigurationError` for a folder that cannot be made."""
    why = getattr(error, "strerror", None) or error
    return ConfigurationError(
        f"the folder {to} cannot be made: {why}; name another, where you may write")


def _check_installed(name):
    needed = FORMATS.get(name, ())
    missing = [each for each in needed if importlib.util.find_spec(each) is None]
    if missing:
        raise ConfigurationError(
            f"format is {name!r}, which takes {' and '.join(needed)}, and {missing[0]} is not "
            f"installed; {installing('export')}"
        )
