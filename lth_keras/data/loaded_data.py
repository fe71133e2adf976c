"""What a data set is once it is in memory: the one form that training and records work from."""

import dataclasses
import hashlib
import json

import numpy as np

from lth_keras.data import splits as splitting
from lth_keras.errors import ConfigurationError


@dataclasses.dataclass(frozen=True)
class RawData:
    """What a source gives: images [N, ...] uint8 or float32, labels int32 [N], each in 0..C-1."""

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    num_classes: int
    label_names: tuple | None = None


@dataclasses.dataclass(frozen=True, eq=False)
class LoadedData:
    """All examples of a data set, and what is needed to use and to recognise them.

    Attributes:
      images: [N, ...], uint8 or float32, in the order train, validation, test.
      labels: int32 [N], each in 0..num_classes-1.
      splits: {'train', 'validation', 'test'} to (start, stop); validation may be empty.
      num_classes: number of labels.
      name: the data really used.
      requested: the data that the experiment asked for.
      mean: float32, subtracted after scaling; [] or [channels].
      std: float32, divided by; [] or [channels].
      scale: 1/255 for uint8, else 1.
      fingerprint: hexadecimal SHA-256 of images, labels and splits.
      fallback_reason: one line on why `name` is not `requested`, or None.
      label_names: num_classes strings, or None.
      device_limit_mb: a set larger than this is streamed and not kept on the device.
    """

    images: np.ndarray = dataclasses.field(repr=False)
    labels: np.ndarray = dataclasses.field(repr=False)
    splits: dict
    num_classes: int
    name: str
    requested: str
    mean: np.ndarray
    std: np.ndarray
    scale: float
    fingerprint: str
    fallback_reason: str | None = None
    label_names: tuple | None = dataclasses.field(default=None, repr=False)
    device_limit_mb: int = 4096

    @property
    def input_shape(self):
        """Shape of one example, such as (28, 28, 1)."""
        return self.images.shape[1:]

    @property
    def is_fallback(self):
        """Whether the data are not those that were asked for."""
        return self.fallback_reason is not None

    @property
    def train_size(self):
        """Number of examples to train on, the validation split left out."""
        return self.size("train")

    def size(self, split):
        """Number of examples in 'train', 'validation' or 'test'."""
        start, stop = self.splits[split]
        return stop - start

    def normalize(self, images):
        """(images * scale - mean) / std in float32: the reference for the compiled version."""
        scaled = np.asarray(images, np.float32) * np.float32(self.scale)
        return (scaled - self.mean) / self.std


def assemble(raw, validation, validation_seed, mean, std, **fields):
    """Splits, checks and fingerprints a source's arrays.

    Args:
      raw: the `RawData`.
      validation: a share or a count of the training examples to hold out, stratified.
      validation_seed: of that choice.
      mean, std: a scalar, or one per channel (the last axis).
      **fields: of `LoadedData`: requested, fallback_reason, device_limit_mb.

    Raises:
      ConfigurationError: the validation split or the normalisation does not fit the data.
    """
    count = splitting.held_out_count(validation, len(raw.y_train), raw.name)
    held_out = splitting.stratified_choice(raw.y_train, count, validation_seed)
    kept = np.delete(np.arange(len(raw.y_train)), held_out)
    images = np.concatenate([raw.x_train[kept], raw.x_train[held_out], raw.x_test])
    labels = np.concatenate([raw.y_train[kept], raw.y_train[held_out], raw.y_test])
    ends = len(kept), len(raw.y_train), len(labels)
    splits = {"train": (0, ends[0]), "validation": ends[:2], "test": ends[1:]}
    return LoadedData(
        images=images,
        labels=labels,
        splits=splits,
        num_classes=raw.num_classes,
        name=raw.name,
        mean=_per_channel("mean", mean, raw),
        std=_per_channel("std", std, raw),
        scale=1 / 255 if images.dtype == np.uint8 else 1.0,
        fingerprint=_fingerprint(images, labels, splits),
        label_names=raw.label_names,
        **fields,
    )


def check_normalisation(mean, std):
    """Raises ConfigurationError unless both are finite numbers and std is above 0."""
    for parameter, value in (("mean", mean), ("std", std)):
        try:
            numbers = np.asarray(value, np.float32)
        except (TypeError, ValueError):
            numbers = np.asarray(np.nan)
        ok = numbers.ndim <= 1 and numbers.size and np.all(np.isfinite(numbers))
        if not ok or (parameter == "std" and np.any(numbers <= 0)):
            expected = "finite numbers" + (" above 0" if parameter == "std" else "")
            raise ConfigurationError(
                f"{parameter} is {value!r}; expected {expected}: one, or one per channel"
            )


def fallback_warning(loaded):
    """What to print so that nobody takes the fallback for the data asked for.

    Returns:
      Several lines, or '' where the data are those that were asked for.
    """
    if not loaded.is_fallback:
        return ""
    sizes = ", ".join(f"{loaded.size(split):,} {split}" for split in loaded.splits)
    asked, used = loaded.requested, loaded.name
    edge = "*" * 80
    return "\n".join([
        edge,
        f"*** WARNING: THIS IS NOT {asked.upper()}. THE RUN USES {used.upper()} INSTEAD.",
        "***",
        f"*** asked for: {asked}",
        f"*** USED:      {used} ({sizes} examples)",
        f"*** because:   {loaded.fallback_reason}",
        "***",
        f"*** DO NOT QUOTE A FIGURE OF THIS RUN AS A RESULT ON {asked.upper()}.",
        f"*** To use {asked}, prepare it where there is a network, in Python, with",
        "***   import tensorflow_datasets as tfds",
        f"***   tfds.builder({asked!r}, data_dir='DIR').download_and_prepare()",
        "*** and give --data_dir=DIR here.",
        edge,
    ])


def _per_channel(parameter, value, raw):
    array = np.asarray(value, np.float32)
    channels = raw.x_train.shape[-1]
    if array.ndim and array.shape != (channels,):
        raise ConfigurationError(
            f"{parameter} is {value!r}, {array.size} numbers; expected one, or {channels}, "
            f"because an example of '{raw.name}' has shape {raw.x_train.shape[1:]}"
        )
    return array


def _fingerprint(images, labels, splits):
    digest = hashlib.sha256()
    for array in (images, labels):
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        # The buffer itself, not a copy of it: the set may fill half of the memory.
        digest.update(np.ascontiguousarray(array).data)
    digest.update(json.dumps(splits).encode())
    return digest.hexdigest()
