"""Checks labels, and converts them to the few forms that losses read."""

import numpy as np

from lth_keras.errors import ConfigurationError
from lth_keras.wording import made


def refuse(name, split, labels, expected):
    """Raises the error for labels of the wrong kind: what they are and what was expected."""
    raise ConfigurationError(
        f"the {split} labels of '{name}' are {labels.dtype} {labels.shape}; expected {expected}")


def check_count(labels, name, split, examples):
    """Checks that there is a label for each example."""
    if labels.ndim < 1 or len(labels) != examples:
        refuse(name, split, labels, f"one for each of the {examples} examples, ({examples}, ...)")


def check_finite(labels, name, split):
    """Checks that no label is NaN or infinite."""
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        where = np.argwhere(~np.isfinite(labels))[0]
        raise ConfigurationError(
            f"the {split} labels of '{name}' hold {labels[tuple(where)]} at example {where[0]}; "
            "expected finite numbers: leave such examples out, or give them the weight 0 and any "
            "number"
        )


def numbers(labels, name, split, examples):
    """Labels that are numbers, [N, ..., K]: float32, or uint8 unchanged; [N] becomes [N, 1].

    Raises:
      ConfigurationError: they are not numbers, not one for each example, or not finite.
    """
    if labels.dtype.kind not in "buif":
        refuse(name, split, labels, "numbers, [N], or [N, ..., K] for several outputs")
    check_count(labels, name, split, examples)
    labels = labels[:, None] if labels.ndim == 1 else labels
    if labels.dtype != np.uint8:
        with np.errstate(over="ignore"):  # A value that overflows becomes infinite, and is refused
        # below.
            labels = labels.astype(np.float32)
    check_finite(labels, name, split)
    return labels


def one_hot_indices(labels, name, split):
    """Class indices, [N, ...], of one-hot labels [N, ..., C].

    Raises:
      ConfigurationError: a row is not all zeros but for a single 1.
    """
    check_finite(labels, name, split)
    rows = labels.reshape(-1, labels.shape[-1]) if labels.ndim > 1 else labels[:, None]
    good = ((rows == 0) | (rows == 1)).all(-1) & (rows.sum(-1) == 1)
    if labels.ndim < 2 or labels.shape[-1] < 2 or not good.all():
        row = rows[np.argmin(good)].ravel()[:4].tolist()
        raise ConfigurationError(
            f"the {split} labels of '{name}' are {labels.dtype} {labels.shape} with a row {row}; "
            "expected class indices as integers, or rows of zeros and a single one; other numbers "
            f"are for Experiment.task = {made('Regression')} or {made('BinaryClassification')}"
        )
    return labels.argmax(-1)


def class_indices(labels, name, split, examples):
    """Class indices, [N] or [N, ...]: int32, or uint8 unchanged where there are several axes.

    Integers lose a last axis of 1: a mask [N, H, W, 1] becomes [N, H, W].

    Raises:
      ConfigurationError: they are not integers, or not one set for each example.
    """
    one_hot = labels.dtype.kind in "fb"
    if one_hot:
        check_count(labels, name, split, examples)
        labels = one_hot_indices(labels, name, split)
    if labels.dtype.kind not in "ui":
        refuse(name, split, labels, "class indices, integers from 0 on, as classification takes; "
               "for names of classes: classes, y = numpy.unique(y, return_inverse=True)")
    check_count(labels, name, split, examples)
    # A column, as in Keras's own data sets, or the channel of a mask. The places of one-hot labels
    # have no such axis.
    if labels.shape[-1] == 1 and (labels.ndim == 2 or labels.ndim > 2 and not one_hot):
        labels = labels[..., 0]
    if labels.ndim > 1 and labels.dtype == np.uint8:
        return labels
    if labels.size and max(abs(int(labels.min())), abs(int(labels.max()))) >= 2**31:
        refuse(name, split, labels, "class indices below 2**31")
    return labels.astype(np.int32)


def check_range(labels, number, ignore, name, split):
    """Checks that class indices or tokens are in 0..number-1, except those equal to `ignore`.

    Raises:
      ConfigurationError: one lies outside, or all are `ignore`.
    """
    counted = labels if ignore is None else labels[labels != ignore]
    if not counted.size:
        raise ConfigurationError(
            f"every {split} label of '{name}' is ignore_label = {ignore}; expected some others, "
            "or nothing is learnt and nothing measured"
        )
    least, most = int(counted.min()), int(counted.max())
    if least < 0 or most >= number:
        raise ConfigurationError(
            f"the {split} labels of '{name}' go from {least} to {most}; expected 0..{number - 1}: "
            "number them from 0 on, and give a label that is to be left out as the task's "
            "ignore_label"
        )


def zeros_and_ones(labels, name, split, examples):
    """Labels of 0 and 1, float32 [N, ..., K]; [N] becomes [N, 1].

    Raises:
      ConfigurationError: there are other values.
    """
    labels = numbers(labels, name, split, examples)
    wrong = labels[(labels != 0) & (labels != 1)]
    if wrong.size:
        raise ConfigurationError(
            f"the {split} labels of '{name}' hold {wrong[0]:g}; expected 0 and 1, one for each of "
            "the K independent outputs: [N], or [N, ..., K]"
        )
    return labels
