"""What a data set is once it is in memory: the one form that training and records work from."""

import dataclasses
import hashlib
import json

import numpy as np

from lth_keras.data import splits as splitting
from lth_keras.data.input_fields import InputFields
from lth_keras.errors import ConfigurationError
from lth_keras.tasks import Classification, Task


@dataclasses.dataclass(frozen=True)
class RawData:
    """What a source gives: examples uint8 or float32, and labels as they come.

    Attributes:
      name: what records call it.
      x_train, x_test: [N, ...], of one type and shape.
      y_train, y_test: [N, ...]; the task checks them.
      num_classes: C where the source knows it, else None.
      label_names: C strings, or None.
      w_train, w_test: what each example counts for, float32 [N]; None for 1 each.
      inputs: `InputFields` where an example has several arrays, packed into a row; else None.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    num_classes: int | None = None
    label_names: tuple | None = None
    w_train: np.ndarray | None = None
    w_test: np.ndarray | None = None
    inputs: InputFields | None = None


@dataclasses.dataclass(frozen=True, eq=False)
class LoadedData:
    """All examples of a data set, and what is needed to use and to recognise them.

    Attributes:
      images: [N, ...], uint8 or float32, in the order train, validation, test; of examples of
        several arrays, their packed rows [N, size].
      labels: [N, ...], as the task takes them: int32 [N] for classification.
      splits: {'train', 'validation', 'test'} to (start, stop); validation may be empty.
      task: the `Task`, fitted to the training labels.
      name: the data really used.
      requested: the data that the experiment asked for.
      mean: float32, subtracted after scaling; [] or [channels].
      std: float32, divided by; [] or [channels].
      scale: 1/255 for uint8, else 1.
      fingerprint: hexadecimal SHA-256 of images, labels, weights and splits.
      weights: float32 [N], what each example counts for; None for 1 each.
      fallback_reason: one line on why `name` is not `requested`, or None.
      label_names: a string for each class, or None.
      device_limit_mb: a set larger than this is streamed and not kept on the device.
      inputs: `InputFields` of examples of several arrays; None of those of one.
    """

    images: np.ndarray = dataclasses.field(repr=False)
    labels: np.ndarray = dataclasses.field(repr=False)
    splits: dict
    task: Task
    name: str
    requested: str
    mean: np.ndarray
    std: np.ndarray
    scale: float
    fingerprint: str
    weights: np.ndarray | None = dataclasses.field(default=None, repr=False)
    fallback_reason: str | None = None
    label_names: tuple | None = dataclasses.field(default=None, repr=False)
    device_limit_mb: int = 4096
    inputs: InputFields | None = None

    @property
    def input_shape(self):
        """Shape of one example, such as (28, 28, 1)."""
        return self.images.shape[1:]

    @property
    def output_shape(self):
        """Shape of one example's outputs, such as (10,)."""
        return tuple(self.task.output_shape(self.labels.shape[1:]))

    @property
    def num_outputs(self):
        """The last axis of the outputs: the number of classes, where labels are classes."""
        return self.output_shape[-1]

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


def assemble(raw, validation, validation_seed, mean, std, task=None, subset=None, **fields):
    """Checks a source's labels, splits and fingerprints its arrays.

    Args:
      raw: the `RawData`.
      validation: a share or a count of the training examples to hold out, stratified.
      validation_seed: of that choice.
      mean, std: a scalar, or one per channel (the last axis).
      task: the `Task`; None is `Classification()`.
      subset: function (split, strata) -> positions to use of 'train' and 'test'; None for all.
      **fields: of `LoadedData`: requested, fallback_reason, device_limit_mb.

    Raises:
      ConfigurationError: the labels are not the task's, or the validation split or the
        normalisation does not fit the data.
    """
    raw, task = _for_task(raw, Classification() if task is None else task)
    if subset is not None:
        raw = _chosen(raw, task, subset)
    examples = len(raw.y_train)
    count = splitting.held_out_count(validation, examples, raw.name)
    held_out = splitting.stratified_choice(task.strata(raw.y_train), count, validation_seed)
    kept = np.delete(np.arange(examples), held_out)

    def joined(train, test):
        return np.concatenate([train[kept], train[held_out], test])

    images, labels = joined(raw.x_train, raw.x_test), joined(raw.y_train, raw.y_test)
    weights = None if raw.w_train is None else joined(raw.w_train, raw.w_test)
    ends = len(kept), examples, len(labels)
    splits = {"train": (0, ends[0]), "validation": ends[:2], "test": ends[1:]}
    if weights is not None:
        _check_some_weight(weights, splits, raw.name)
    return LoadedData(
        images=images,
        labels=labels,
        splits=splits,
        task=task.standardised(labels[:ends[0]], raw.name),
        name=raw.name,
        mean=_per_channel("mean", mean, raw),
        std=_per_channel("std", std, raw),
        scale=1 / 255 if images.dtype == np.uint8 else 1.0,
        fingerprint=_fingerprint(images, labels, splits, weights),
        weights=weights,
        label_names=raw.label_names,
        inputs=raw.inputs,
        **fields,
    )


def _for_task(raw, task):
    """(`RawData` with labels as the task takes them, the task fitted to them)."""
    y_train, y_test = (
        task.take_labels(np.asarray(labels), raw.name, split, len(examples))
        for split, labels, examples in (
            ("train", raw.y_train, raw.x_train), ("test", raw.y_test, raw.x_test)))
    if y_train.shape[1:] != y_test.shape[1:]:
        raise ConfigurationError(
            f"a label of '{raw.name}' has shape {y_train.shape[1:]} in training and "
            f"{y_test.shape[1:]} in test; expected the same in both"
        )
    task = task.fitted(y_train, raw.x_train, raw.name, raw.num_classes)
    task.check_fit(y_test, raw.name, "test")
    return dataclasses.replace(raw, y_train=y_train, y_test=y_test), task


def _chosen(raw, task, subset):
    changes = {}
    for split in ("train", "test"):
        positions = subset(split, task.strata(getattr(raw, f"y_{split}")))
        for part in "xyw":
            array = getattr(raw, f"{part}_{split}")
            if array is not None:
                changes[f"{part}_{split}"] = array[positions]
    return dataclasses.replace(raw, **changes)


def _check_some_weight(weights, splits, name):
    for split, (start, stop) in splits.items():
        if start < stop and not weights[start:stop].any():
            raise ConfigurationError(
                f"the weights of all {stop - start} {split} examples of '{name}' are 0; expected "
                "some above 0, or nothing is learnt and nothing measured"
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


def fallback_warning(loaded, changes=""):
    """What to print so that nobody takes the fallback for the data asked for.

    Args:
      loaded: `LoadedData`.
      changes: which settings are others than the experiment's, as text; '' for none.

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
        *([f"*** settings:  {changes}"] if changes else []),
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


def _fingerprint(images, labels, splits, weights):
    digest = hashlib.sha256()
    for array in (images, labels, *([] if weights is None else [weights])):
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        # The buffer itself, not a copy of it: the set may fill half of the memory.
        digest.update(np.ascontiguousarray(array).data)
    digest.update(json.dumps(splits).encode())
    return digest.hexdigest()
