"""Arrays that a caller of the Python API, or a source, hands in: checked, then brought to form."""

import dataclasses

import numpy as np

from lth_keras.data.input_fields import has_fields, input_fields
from lth_keras.data.loaded_data import RawData, assemble, check_normalisation
from lth_keras.errors import ConfigurationError


def from_arrays(
    x_train, y_train, x_test, y_test,
    validation=0, validation_seed=0, name="arrays", mean=0.0, std=1.0, task=None,
    w_train=None, w_test=None,
):
    """A data set of your own.

    Args:
      x_train, x_test: [N, ...], numbers; uint8 stays as it is and is scaled to [0, 1] in use,
        all else becomes float32 and is not scaled. Or a tuple or a dict of such arrays, for a
        model with several inputs; integers stay integers there.
      y_train, y_test: labels as the task takes them; for classification integers [N], 0..C-1,
        each of which is in `y_train`.
      validation: a share or a count of the training examples to hold out, stratified by label.
      validation_seed: of that choice.
      name: what records call it.
      mean, std: after scaling; a scalar, or one per channel (the last axis).
      task: of `lth_keras.tasks`; None is `Classification()`.
      w_train, w_test: what each example counts for in loss and metric, numbers [N] of at least 0;
        None for 1 each.

    Returns:
      `LoadedData`.

    Raises:
      ConfigurationError: shapes, dtypes, labels or values are not as above.
    """
    check_normalisation(mean, std)
    raw = checked(RawData(
        name, x_train, np.asarray(y_train), x_test, np.asarray(y_test),
        w_train=w_train, w_test=w_test))
    if raw.inputs is not None and (np.any(np.asarray(mean) != 0) or np.any(np.asarray(std) != 1)):
        raise ConfigurationError(
            f"mean is {mean!r} and std {std!r} for examples of several arrays; they go with one "
            "input: leave them out, and hand the arrays in normalised"
        )
    return assemble(raw, validation, validation_seed, mean, std, task, requested=name)


def checked(raw):
    """`RawData` from arrays as they come; labels are left to the task.

    Args:
      raw: `RawData` of arrays, or of what NumPy makes arrays of.

    Raises:
      ConfigurationError: examples or weights are not as for `from_arrays`.
    """
    if has_fields(raw.x_train, len(raw.y_train) if np.ndim(raw.y_train) else 0):
        name = f"the training examples of '{raw.name}'"
        inputs = input_fields(raw.x_train, name)
        raw = dataclasses.replace(
            raw, inputs=inputs, x_train=inputs.pack(raw.x_train, name),
            x_test=inputs.pack(raw.x_test, f"the test examples of '{raw.name}'"))
    x_train = _images(raw.name, "train", raw.x_train)
    x_test = _images(raw.name, "test", raw.x_test)
    if x_train.shape[1:] != x_test.shape[1:] or x_train.dtype != x_test.dtype:
        raise ConfigurationError(
            f"the examples of '{raw.name}' are {x_train.dtype} {x_train.shape[1:]} in training and "
            f"{x_test.dtype} {x_test.shape[1:]} in test; expected the same dtype and shape in both"
        )
    w_train = _weights(raw.name, "train", raw.w_train, len(x_train))
    w_test = _weights(raw.name, "test", raw.w_test, len(x_test))
    if w_train is not None or w_test is not None:
        w_train = np.ones(len(x_train), np.float32) if w_train is None else w_train
        w_test = np.ones(len(x_test), np.float32) if w_test is None else w_test
    return dataclasses.replace(
        raw, x_train=x_train, x_test=x_test, w_train=w_train, w_test=w_test)


def _weights(name, split, weights, examples):
    if weights is None:
        return None
    weights = np.asarray(weights)
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


def _images(name, split, images):
    images = np.asarray(images)
    if images.ndim < 2 or not images.size:
        raise ConfigurationError(
            f"the {split} examples of '{name}' have shape {images.shape}; expected [N, ...] with "
            "at least one example and one number in each"
        )
    if images.dtype.kind not in "uif":
        raise ConfigurationError(
            f"the {split} examples of '{name}' are {images.dtype}; expected uint8 or floats"
        )
    if images.dtype != np.uint8:
        with np.errstate(over="ignore"):  # what overflows is infinite, and refused just below
            images = images.astype(np.float32)
        if not np.all(np.isfinite(images)):
            raise ConfigurationError(
                f"the {split} examples of '{name}' hold NaN or infinity as float32; expected "
                "finite values: clean them first"
            )
    return images
