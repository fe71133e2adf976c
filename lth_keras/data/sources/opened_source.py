"""`OpenedSource`: a reader that gives a data set in parts, always in the same order."""

import dataclasses
from collections.abc import Callable

import numpy as np

from lth_keras.errors import ConfigurationError

# Bytes of one part: large enough for fast reading, and small compared with the memory.
_PART_BYTES = 16 * 2**20
SPLITS = ("train", "validation", "test")


@dataclasses.dataclass(frozen=True)
class OpenedSource:
    """A data set whose files are known, and not read yet.

    Attributes:
      name: its name in records.
      sizes: {'train': examples, …} of the splits it has; 'train' is always there.
      read: function of a split: an iterator over (inputs [k, ...], labels [k, ...]), which gives
        the split's examples in the same order each time.
      content: function: hexadecimal SHA-256 of all that `read` depends on.
      num_classes: C if the source knows it, else None.
      label_names: C strings, or None.
      weights: {split: [N]}, weights of the examples; empty for 1 each.
      labels: {split: labels [N, ...]} where they are known before `read`; or a function that gives
        them by reading the files without decoding the inputs; None where there is no such way.
      attachments: function: {file name: bytes} that a run keeps beside its results, asked for
        after `read`.
      text_label: where labels were text, words that say so, with the first that is no number; else
        None.
    """

    name: str
    sizes: dict
    read: Callable = dataclasses.field(repr=False)
    content: Callable = dataclasses.field(repr=False)
    num_classes: int | None = None
    label_names: tuple | None = dataclasses.field(default=None, repr=False)
    weights: dict = dataclasses.field(default_factory=dict, repr=False)
    attachments: Callable = dataclasses.field(default=dict, repr=False)
    labels: dict | Callable | None = dataclasses.field(default=None, repr=False)
    text_label: str | None = None


def part_rows(shape, dtype):
    """How many examples of a shape and type one part holds, at least one."""
    return max(1, _PART_BYTES // max(1, int(np.prod(shape, dtype=np.int64)) * dtype.itemsize))


def in_parts(inputs, labels):
    """What `OpenedSource.read` gives, of whole arrays or of something that slices like them."""
    rows = part_rows(inputs.shape[1:], inputs.dtype)
    for first in range(0, len(labels), rows):
        yield np.asarray(inputs[first : first + rows]), labels[first : first + rows]


def same_form(name, split, first, other, at):
    """Checks that a later part is of the first part's shape and type.

    Args:
      first, other: (dtype, shape of one example).
      at: number of examples before `other`, for the error.

    Raises:
      ConfigurationError: it is not.
    """
    if first != other:
        raise ConfigurationError(
            f"the {split} examples of '{name}' are {first[0]} {first[1]}, and from number {at} on "
            f"{other[0]} {other[1]}; expected one type and shape in all"
        )


def check_names(name, arrays):
    """Checks the names of arrays: inputs and labels in pairs, and no unknown names.

    Args:
      name: of the data.
      arrays: the names.

    Raises:
      ConfigurationError: x_train or y_train, or one of a pair, is missing; or a name is unknown.
    """
    pairs = [(f"x_{split}", f"y_{split}") for split in SPLITS]
    lacking = [each for pair in pairs for each in pair if each not in arrays and (
        "train" in each or set(pair) & set(arrays))]
    known = {"label_names", *(f"{axis}_{split}" for split in SPLITS for axis in "xyw")}
    strange = sorted(set(arrays) - known)
    strange += [f"w_{split}" for split in SPLITS
                if f"w_{split}" in arrays and f"x_{split}" not in arrays]
    if lacking or strange:
        wrong = f"lacks {lacking}" if lacking else f"{strange[:4]} mean nothing here"
        raise ConfigurationError(
            f"'{name}' has the arrays {sorted(arrays)[:6]}; {wrong}; expected x_train, y_train, "
            "x_test, y_test (and perhaps x_validation, w_train, label_names)"
        )


def class_names(name, given):
    """The `label_names` that a user gives, as a tuple of strings; None stays None.

    Raises:
      ConfigurationError: they are no list.
    """
    if given is None:
        return None
    if not isinstance(given, (list, tuple, np.ndarray)) or not np.shape(given):
        raise ConfigurationError(
            f"the label_names of '{name}' are {str(given)[:60]!r}; expected a list of texts, one "
            "for each class"
        )
    return tuple(str(each) for each in given)


def check_lengths(name, split, inputs, labels):
    """Checks that there is a label for each example.

    Raises:
      ConfigurationError: their numbers differ, or there is no example.
    """
    if inputs != labels or not inputs:
        raise ConfigurationError(
            f"'{name}' has {inputs} {split} examples and {labels} labels of them; expected one "
            "label per example, and at least one"
        )
