"""Arrays that a caller of the Python API, or a source, hands in: checked, then brought to form."""

import numpy as np

from lth_keras.data.loaded_data import RawData, assemble, check_normalisation
from lth_keras.errors import ConfigurationError


def from_arrays(
    x_train, y_train, x_test, y_test,
    validation=0, validation_seed=0, name="arrays", mean=0.0, std=1.0,
):
    """A data set of your own.

    Args:
      x_train, x_test: [N, ...], numbers; uint8 stays as it is and is scaled to [0, 1] in use,
        all else becomes float32 and is not scaled.
      y_train, y_test: integers [N], 0..C-1, each of which is in `y_train`.
      validation: a share or a count of the training examples to hold out, stratified by label.
      validation_seed: of that choice.
      name: what records call it.
      mean, std: after scaling; a scalar, or one per channel (the last axis).

    Returns:
      `LoadedData`.

    Raises:
      ConfigurationError: shapes, dtypes, labels or values are not as above.
    """
    check_normalisation(mean, std)
    raw = checked(name, x_train, y_train, x_test, y_test)
    return assemble(raw, validation, validation_seed, mean, std, requested=name)


def checked(name, x_train, y_train, x_test, y_test, num_classes=None, label_names=None):
    """`RawData` from arrays as they come.

    Args:
      name, x_train, y_train, x_test, y_test: as for `from_arrays`.
      num_classes: C where it is known; else 0..C-1 must all be in `y_train`.
      label_names: C strings, or None.

    Raises:
      ConfigurationError: as for `from_arrays`.
    """
    x_train, x_test = _images(name, "train", x_train), _images(name, "test", x_test)
    if x_train.shape[1:] != x_test.shape[1:] or x_train.dtype != x_test.dtype:
        raise ConfigurationError(
            f"the examples of '{name}' are {x_train.dtype} {x_train.shape[1:]} in training and "
            f"{x_test.dtype} {x_test.shape[1:]} in test; expected the same dtype and shape in both"
        )
    y_train = _labels(name, "train", y_train, len(x_train))
    y_test = _labels(name, "test", y_test, len(x_test))
    if num_classes is None:
        num_classes = int(y_train.max()) + 1
        absent = np.setdiff1d(np.arange(num_classes), y_train)
        if absent.size:
            raise ConfigurationError(
                f"the training labels of '{name}' lack {absent[:5].tolist()}; expected every "
                f"label of 0..{num_classes - 1}: number the labels without gaps"
            )
    for split, labels in (("train", y_train), ("test", y_test)):
        if labels.min() < 0 or labels.max() >= num_classes:
            raise ConfigurationError(
                f"the {split} labels of '{name}' go from {labels.min()} to {labels.max()}; "
                f"expected 0..{num_classes - 1}"
            )
    return RawData(
        name, x_train, y_train.astype(np.int32), x_test, y_test.astype(np.int32),
        num_classes, label_names,
    )


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


def _labels(name, split, labels, examples):
    labels = np.asarray(labels)
    if labels.dtype.kind not in "ui" or labels.shape != (examples,):
        raise ConfigurationError(
            f"the {split} labels of '{name}' are {labels.dtype} {labels.shape}; expected one "
            f"integer per example, shape ({examples},)"
        )
    return labels.astype(np.int64)
