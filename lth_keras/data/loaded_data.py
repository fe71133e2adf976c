"""`LoadedData`: a data set in memory, in the one form that training and records use."""

import dataclasses

import numpy as np

from lth_keras.data.input_fields import InputFields
from lth_keras.data.rows_on_disk import RowsOnDisk
from lth_keras.tasks import Task


@dataclasses.dataclass(frozen=True)
class RawData:
    """The arrays of a source: examples uint8 or float32, and labels not yet checked.

    Attributes:
      name: what records call it.
      x_train, x_test: [N, ...], of one type and shape; arrays, or `RowsOnDisk`.
      y_train, y_test: [N, ...]; the task checks them.
      num_classes: C if the source knows it, else None.
      label_names: C strings, or None.
      w_train, w_test: a weight for each example, float32 [N]; None for 1 each.
      x_validation, y_validation, w_validation: the data's own validation split; None if it is to be
        held out of the training examples.
      attachments: {file name: bytes} that a run keeps beside its results.
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
    x_validation: np.ndarray | None = None
    y_validation: np.ndarray | None = None
    w_validation: np.ndarray | None = None
    attachments: dict = dataclasses.field(default_factory=dict)
    inputs: InputFields | None = None

    @property
    def splits(self):
        """'train' and 'test', and 'validation' where the data have one of their own."""
        return ("train", "test", *([] if self.x_validation is None else ["validation"]))


@dataclasses.dataclass(frozen=True, eq=False)
class LoadedData:
    """All examples of a data set, and what is needed to use and to identify them.

    Attributes:
      images: [N, ...], uint8 or float32, in the order train, validation, test; an array, or
        `RowsOnDisk`, which is indexed like one. Of examples of several arrays, their packed rows
        [N, size].
      labels: [N, ...], as the task takes them: int32 [N] for classification.
      splits: {'train', 'validation', 'test'} to (start, stop); validation may be empty.
      task: the `Task`, fitted to the training labels.
      name: the data that are used.
      requested: the data that the experiment asked for.
      mean: float32, subtracted after scaling; [] or [channels].
      std: float32, divided by; [] or [channels].
      scale: 1/255 for uint8, else 1.
      fingerprint: hexadecimal SHA-256 of images, labels, weights and splits.
      weights: float32 [N], a weight for each example; None for 1 each.
      fallback_reason: one line that says why `name` is not `requested`, or None.
      label_names: a string for each class, or None.
      device_limit_mb: a set larger than this is streamed and not kept on the device.
      attachments: {file name: bytes} that a run keeps beside its results, such as a tokenizer.
      inputs: `InputFields` for examples of several arrays; else None.
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
    attachments: dict = dataclasses.field(default_factory=dict, repr=False)
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
    def resident_bytes(self):
        """Bytes of memory that the examples take; 0 for examples on disk."""
        return 0 if isinstance(self.images, RowsOnDisk) else self.images.nbytes

    @property
    def is_fallback(self):
        """Whether the data are not those that were asked for."""
        return self.fallback_reason is not None

    @property
    def train_size(self):
        """Number of training examples, without the validation split."""
        return self.size("train")

    def size(self, split):
        """Number of examples in 'train', 'validation' or 'test'."""
        start, stop = self.splits[split]
        return stop - start

    def normalize(self, images):
        """(images * scale - mean) / std in float32: the reference for the compiled version."""
        scaled = np.asarray(images, np.float32) * np.float32(self.scale)
        return (scaled - self.mean) / self.std


def fallback_warning(loaded, changes=""):
    """The text that warns of a fallback, so that nobody takes it for the data that were asked for.

    Args:
      loaded: `LoadedData`.
      changes: the settings that differ from the experiment's, as text; '' for none.

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
