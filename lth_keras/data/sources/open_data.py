"""Opens the source that a `Dataset` names, and reads it into memory or into the cache on disk."""

import dataclasses

import numpy as np
from absl import logging
from rich.console import Console

from lth_keras.data import splits as splitting
from lth_keras.data.arrays import checked_part, checked_weights
from lth_keras.data.assemble import check_labels, refuse_two_validations
from lth_keras.data.binding_checks import scheme_of
from lth_keras.data.disk_cache import DiskCache, default_folder
from lth_keras.data.embedded import EMBEDDED
from lth_keras.data.loaded_data import RawData
from lth_keras.data.rows_on_disk import chosen_rows
from lth_keras.data.sources import tfds_download
from lth_keras.data.sources.content import ContentIndex, of_arrays
from lth_keras.data.sources.given_arrays import open_function
from lth_keras.data.sources.image_folder import open_images
from lth_keras.data.sources.npz_file import open_npz
from lth_keras.data.sources.opened_source import SPLITS, OpenedSource, in_parts, same_form
from lth_keras.data.sources.table_file import Columns, open_table
from lth_keras.data.sources.tokens import tokenised
from lth_keras.errors import ConfigurationError
from lth_keras.tasks import Classification, Regression, Task

# The choice of test examples is the same in every experiment.
_TEST_SEED = 0


def raw_data(dataset, data_dir, task=None):
    """`RawData` of what a `Dataset` names, with a test split, in memory or on disk.

    Args:
      dataset: the `Dataset`.
      data_dir: TFDS's data directory, or None.
      task: the `Task` that the labels are for; None is `Classification()`.

    Raises:
      ConfigurationError: it cannot be read, or does not fit the bindings.
      Unavailable: TFDS's set is not prepared and cannot be downloaded.
    """
    cache = DiskCache(dataset.cache_dir or default_folder(), Console(stderr=True))
    source = open_source(dataset, data_dir, ContentIndex(cache.folder))
    # These checks come before hours of decoding.
    _check_test(source.name, "test" in source.sizes, dataset.test)
    weights = checked_weights(source.name, source.weights, source.sizes)
    task = Classification() if task is None else task
    _check_kind(source, task)
    if dataset.text is None or not dataset.text.next_token:  # Else the text is cut up anew.
        _check_counts(dataset, source)
    if dataset.text is None and dataset.storage == "memory":
        if isinstance(source.labels, dict):
            check_labels(source.labels, weights, source, task)
        raw = in_memory(source)
    else:
        raw = on_disk(source, cache, dataset, lambda: _check_first(source, weights, task, dataset))
    return with_test(raw, dataset.test)


def open_source(dataset, data_dir, index):
    """The `OpenedSource` that a `Dataset` names; for text, before tokenisation.

    Errors as for `raw_data`.
    """
    scheme, place = scheme_of(dataset.name), dataset.name.partition(":")[2]
    if dataset.source is not None:
        return open_function(dataset.source, dataset.name)
    if dataset.name in EMBEDDED:
        return _of_embedded(EMBEDDED[dataset.name]())
    if scheme == "npz":
        return open_npz(place, index)
    if scheme == "images":
        return open_images(place, index, dataset.image_size, dataset.channels)
    if scheme is not None:
        inputs = dataset.input
        columns = (inputs,) if isinstance(inputs, str) else inputs
        return open_table(scheme, place, index, Columns(dataset.label, columns, dataset.weight))
    return tfds_download.open_set(
        dataset.name, data_dir, index, (dataset.input, dataset.label), dataset.image_size,
        dataset.text)


def _of_embedded(raw):
    arrays = {f"{axis}_{split}": getattr(raw, f"{axis}_{split}")
              for split in ("train", "test") for axis in "xy"}
    return OpenedSource(
        raw.name, {split: len(arrays[f"y_{split}"]) for split in ("train", "test")},
        lambda split: in_parts(arrays[f"x_{split}"], arrays[f"y_{split}"]),
        content=lambda: of_arrays(arrays), num_classes=raw.num_classes,
        label_names=raw.label_names,
        labels={split: arrays[f"y_{split}"] for split in ("train", "test")},
    )


def in_memory(source):
    """`RawData` of a source, all examples in memory once."""
    arrays, first = {}, None
    for split, size in source.sizes.items():
        inputs, labels, at = None, [], 0
        for part, part_labels in source.read(split):
            part = checked_part(source.name, split, part)
            form = part.dtype, part.shape[1:]
            first = first or form
            same_form(source.name, split, first, form, at)
            if inputs is None:
                inputs = np.empty((size, *form[1]), form[0])
            inputs[at : at + len(part)] = part
            labels.append(part_labels)
            at += len(part)
        arrays[f"x_{split}"], arrays[f"y_{split}"] = inputs, np.concatenate(labels)
    return _raw(source, arrays, source.attachments())


def _check_first(source, weights, task, dataset):
    """Checks the labels before the inputs are decoded, if they can be read without them."""
    if source.labels is None or (dataset.text is not None and dataset.text.next_token):
        return
    labels = source.labels if isinstance(source.labels, dict) else source.labels()
    check_labels(labels, weights, source, task)


def on_disk(source, cache, dataset, check):
    """`RawData` of a source from the cache of decoded examples, which is filled if need be.

    Text always comes from the cache, so that it is tokenised only once.

    Args:
      source: `OpenedSource`.
      cache: `DiskCache`.
      dataset: the `Dataset`.
      check: function without arguments, called before anything is decoded.
    """
    text = dataset.text
    settings = {
        "image_size": dataset.image_size, "channels": dataset.channels, "input": dataset.input,
        # Caches of before have pieces of the short texts alone.
        "label": dataset.label, "text": None if text is None else {
            **dataclasses.asdict(text), "trained_on": "all texts"},
        # Only where it is bound: caches of before have no such entry.
        **({} if dataset.weight is None else {"weight": dataset.weight}),
    }

    def prepare(split, inputs):
        return checked_part(source.name, split, inputs)

    entry = cache.entry(
        source, settings, prepare, None if text is None else lambda: tokenised(source, text),
        check)
    arrays = {f"y_{split}": labels for split, labels in entry.labels.items()}
    for split, inputs in entry.inputs.items():
        arrays[f"x_{split}"] = inputs if dataset.storage == "disk" else np.asarray(inputs)
    return _raw(entry, arrays, entry.attachments)


def with_test(raw, test):
    """`RawData` with a test split: its own, or a share or count of the training examples.

    Args:
      raw: `RawData`, whose test arrays may be None.
      test: the share or count; None if the data have a test split.

    Raises:
      ConfigurationError: there are not so many examples, or none would be left.
    """
    if raw.x_test is not None:
        return raw
    labels = np.asarray(raw.y_train)
    count = splitting.held_out_count(test, len(labels), raw.name, "Dataset.test")
    by_label = labels.ndim == 1 and labels.dtype.kind in "ui"
    strata = labels if by_label else np.zeros(len(labels), np.int32)
    held_out = splitting.stratified_choice(strata, count, _TEST_SEED)
    kept = np.delete(np.arange(len(labels)), held_out)
    return dataclasses.replace(
        raw, x_train=chosen_rows(raw.x_train, kept), y_train=labels[kept],
        x_test=chosen_rows(raw.x_train, held_out), y_test=labels[held_out],
        w_train=None if raw.w_train is None else raw.w_train[kept],
        w_test=None if raw.w_train is None else raw.w_train[held_out])


def _check_kind(source, task):
    """Refuses labels that were text for a task that takes numbers.

    Else the task would learn places in the alphabet.
    """
    if source.text_label is None:
        return
    if isinstance(task, Regression):
        raise ConfigurationError(
            f"{source.text_label}; expected numbers, as {type(task).__name__} takes: correct the "
            "labels that are text or leave them out, or give a task for classes"
        )
    if getattr(type(task), "take_labels", None) is Task.take_labels:
        # A task of the user's own, which may be for classes.
        logging.warning(
            "%s; %s gets their places in the alphabet, 0, 1, …, as numbers of classes",
            source.text_label, type(task).__name__)


def _check_counts(dataset, source):
    """Checks the share or count of validation examples against the source's sizes.

    Raises:
      ConfigurationError: nothing or everything would be held out, or there is a validation split.
    """
    if "validation" in source.sizes:
        refuse_two_validations(dataset.validation, source.name)
        return
    if dataset.train_examples is None:
        train = source.sizes["train"]
        if dataset.test is not None:
            train -= splitting.held_out_count(dataset.test, train, source.name, "Dataset.test")
        splitting.held_out_count(
            dataset.validation, train, source.name, "Dataset.validation")


def _check_test(name, has_test, test):
    if has_test and test is not None:
        raise ConfigurationError(
            f"Dataset.test is {test!r}, and '{name}' has a test split of its own; leave "
            "Dataset.test out to use that"
        )
    if not has_test and test is None:
        raise ConfigurationError(
            f"'{name}' has no test split; bind Dataset.test = 0.2, or another share or count of "
            "its examples to hold out for the test"
        )


def _raw(source, arrays, attachments):
    return RawData(
        source.name, arrays["x_train"], arrays["y_train"], arrays.get("x_test"),
        arrays.get("y_test"), num_classes=source.num_classes, label_names=source.label_names,
        x_validation=arrays.get("x_validation"), y_validation=arrays.get("y_validation"),
        attachments=attachments, **checked_weights(source.name, source.weights, {
            split: len(arrays[f"y_{split}"]) for split in SPLITS if f"y_{split}" in arrays}),
    )
