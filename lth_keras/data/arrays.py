"""Data from arrays: checks them, and makes `LoadedData` of them."""

import dataclasses

import numpy as np

from lth_keras.data import splits
from lth_keras.data.assemble import assemble, check_normalisation
from lth_keras.data.conversion import as_array
from lth_keras.data.input_fields import has_fields, input_fields
from lth_keras.data.loaded_data import RawData
from lth_keras.errors import ConfigurationError


def from_arrays(
    x_train, y_train, x_test, y_test,
    validation=0, validation_seed=0, name="arrays", mean=0.0, std=1.0, task=None,
    w_train=None, w_test=None, w_validation=None,
):
    """A data set of your own.

    Args:
      x_train, x_test: [N, ...], numbers; uint8 stays uint8 and is scaled to [0, 1] in use; all
        other types become float32 and are not scaled. Or a tuple or a dict of such arrays, for a
        model with several inputs; integers stay integers there.
      y_train, y_test: labels as the task takes them; for classification integers [N], 0..C-1, each
        of which must occur in `y_train`.
      validation: a share or a count of the training examples to hold out, stratified by label;
        or a validation set of its own, (x, y) or (x, y, weights).
      validation_seed: of that choice.
      name: its name in records.
      mean, std: after scaling; a scalar, or one per channel (the last axis).
      task: of `lth_keras.tasks`; None is `Classification()`.
      w_train, w_test, w_validation: weights of the examples in loss and metric, numbers [N] of at
        least 0; None for 1 each. `w_validation` goes with a validation set (x, y); examples that
        are held out bring their weights from `w_train`.

    Returns:
      `LoadedData`.

    Raises:
      ConfigurationError: shapes, dtypes, labels or values are not as above, or the validation
        set's weights are given twice, or without the set.
    """
    check_normalisation(mean, std)
    splits.check_seed(validation_seed)
    x_validation, y_validation, w_validation = _own_validation(name, validation, w_validation)
    raw = checked(RawData(
        name, x_train, as_array(name, "train", "labels", y_train), x_test,
        as_array(name, "test", "labels", y_test),
        w_train=w_train, w_test=w_test, x_validation=x_validation, y_validation=y_validation,
        w_validation=w_validation))
    validation = 0 if isinstance(validation, (tuple, list)) else validation
    if raw.inputs is not None and (np.any(np.asarray(mean) != 0) or np.any(np.asarray(std) != 1)):
        raise ConfigurationError(
            f"mean is {mean!r} and std {std!r} for examples of several arrays; they go with one "
            "input: leave them out, and hand the arrays in normalised"
        )
    return assemble(raw, validation, validation_seed, mean, std, task, requested=name)


def checked(raw):
    """Checks the arrays of a `RawData`, and converts them; the task checks the labels.

    Args:
      raw: `RawData` of arrays, or of lists that NumPy turns into arrays.

    Raises:
      ConfigurationError: examples or weights are not as for `from_arrays`.
    """
    if has_fields(raw.x_train, len(raw.y_train) if np.ndim(raw.y_train) else 0):
        fields = input_fields(raw.x_train, f"the train examples of '{raw.name}'")
        raw = dataclasses.replace(raw, inputs=fields, **{
            f"x_{split}": fields.pack(
                getattr(raw, f"x_{split}"), f"the {split} examples of '{raw.name}'")
            for split in raw.splits})
    inputs = {
        split: checked_part(raw.name, split, getattr(raw, f"x_{split}")) for split in raw.splits}
    train = inputs["train"]
    for split, each in inputs.items():
        if train.shape[1:] != each.shape[1:] or train.dtype != each.dtype:
            raise ConfigurationError(
                f"the examples of '{raw.name}' are {train.dtype} {train.shape[1:]} in training and "
                f"{each.dtype} {each.shape[1:]} in {split}; expected the same dtype and shape in "
                "both"
            )
    given = {split: getattr(raw, f"w_{split}") for split in raw.splits}
    sizes = {split: len(each) for split, each in inputs.items()}
    return dataclasses.replace(
        raw, **{f"x_{split}": each for split, each in inputs.items()},
        **checked_weights(raw.name, given, sizes))


def checked_weights(name, weights, sizes):
    """{'w_train': float32 [N], …}; 1 each for a split that has none, None where no split has any.

    Args:
      name: of the data.
      weights: {split: as given, or None}.
      sizes: {split: number of examples}.

    Raises:
      ConfigurationError: they are not one finite number of at least 0 for each example.
    """
    by_split = {split: _weights(name, split, weights.get(split), size)
                for split, size in sizes.items()}
    if any(each is not None for each in by_split.values()):
        by_split = {split: np.ones(sizes[split], np.float32) if each is None else each
                    for split, each in by_split.items()}
    return {f"w_{split}": each for split, each in by_split.items()}


def _own_validation(name, validation, weights):
    """(x, y, weights) of a validation set of its own; None for each where there is none."""
    if not isinstance(validation, (tuple, list)):
        if weights is not None:
            raise ConfigurationError(
                f"w_validation of '{name}' is given, and validation is {validation!r}; expected "
                "validation = (x, y) with it: examples that are held out bring their weights from "
                "w_train")
        return None, None, None
    if len(validation) not in (2, 3):
        raise ConfigurationError(
            f"validation of '{name}' is a {type(validation).__name__} of {len(validation)}; "
            "expected a share, a count, a pair (x, y), or a triple with weights"
        )
    x, y, own = *validation, *[None] * (3 - len(validation))
    if own is not None and weights is not None:
        raise ConfigurationError(
            f"validation of '{name}' has weights of its own, and w_validation is given too; "
            "expected one of them: leave w_validation out")
    return x, as_array(name, "validation", "labels", y), weights if own is None else own


def _weights(name, split, weights, examples):
    if weights is None:
        return None
    weights = as_array(name, split, "weights", weights)
    numeric = weights.dtype.kind in "buif"
    if not numeric or weights.shape != (examples,):
        raise ConfigurationError(
            f"the {split} weights of '{name}' are {weights.dtype} {weights.shape}; expected a "
            f"number for each example, ({examples},)"
        )
    with np.errstate(over="ignore"):
        weights = weights.astype(np.float32)
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if wrong.size:
        raise ConfigurationError(
            f"the {split} weights of '{name}' hold {weights[wrong[0]]:g} at example {wrong[0]}; "
            "expected finite numbers of at least 0: 0 leaves an example out"
        )
    return weights


def checked_part(name, split, images):
    """Checks examples, all or some of a split, and converts them to uint8 or float32.

    Raises:
      ConfigurationError: they are not numbers, not finite, or have only the axis of examples.
    """
    images = as_array(name, split, "examples", images)
    if images.dtype.kind in "UST" or (images.dtype.kind == "O" and images.size):
        raise ConfigurationError(
            f"the {split} examples of '{name}' are {images.dtype}, as {str(images.flat[0])!r:.40}; "
            "expected numbers: leave columns of text out, or make numbers of them first")
    if images.ndim == 1 and images.size:
        raise ConfigurationError(
            f"the {split} examples of '{name}' have shape {images.shape}; expected [N, ...]: one "
            "number for each example is x[:, None]")
    if images.ndim < 2 or not images.size:
        raise ConfigurationError(
            f"the {split} examples of '{name}' have shape {images.shape}; expected [N, ...] with "
            "at least one example and one number in each"
        )
    if images.dtype.kind not in "buif":
        raise ConfigurationError(
            f"the {split} examples of '{name}' are {images.dtype}; expected uint8, other integers, "
            "floats or bools"
        )
    if images.dtype != np.uint8:
        with np.errstate(over="ignore"):  # a value that overflows becomes infinite, and is refused
        # below
            images = images.astype(np.float32)
        if not np.all(np.isfinite(images)):
            raise ConfigurationError(
                f"the {split} examples of '{name}' hold NaN or infinity as float32; expected "
                "finite values: clean them first"
            )
    return images
