"""From raw arrays to `LoadedData`: checks labels, makes splits, takes the fingerprint."""

import dataclasses
import hashlib
import json

import numpy as np

from lth_keras.data import splits as splitting
from lth_keras.data.disk_cache import noted
from lth_keras.data.loaded_data import LoadedData
from lth_keras.data.rows_on_disk import RowsOnDisk, chosen_rows, joined
from lth_keras.errors import ConfigurationError
from lth_keras.tasks import Classification, LanguageModel
from lth_keras.wording import setting


def assemble(raw, validation, validation_seed, mean, std, task=None, subset=None, **fields):
    """Checks labels, makes the splits, and takes the fingerprint.

    Args:
      raw: the `RawData`.
      validation: a share or a count of the training examples to hold out, stratified.
      validation_seed: of that choice.
      mean, std: a scalar, or one per channel (the last axis).
      task: the `Task`; None is `Classification()`.
      subset: function (split, strata) -> positions to use, for 'train' and 'test'; None for all.
      **fields: of `LoadedData`: requested, fallback_reason, device_limit_mb.

    Raises:
      ConfigurationError: the labels are not the task's, or the validation split or the
        normalisation does not fit the data.
    """
    raw, task = _for_task(raw, Classification() if task is None else task)
    if subset is not None:
        raw = _chosen(raw, task, subset)
    images, labels, weights, splits = _in_order(
        raw, task, validation, validation_seed)
    if weights is not None:
        _check_some_weight(weights, splits, raw.name)
    return LoadedData(
        images=images,
        labels=labels,
        splits=splits,
        task=task.standardised(_counted(
            *(None if each is None else each[slice(*splits["train"])]
              for each in (labels, weights))), raw.name),
        name=raw.name,
        mean=_per_channel("mean", mean, raw),
        std=_per_channel("std", std, raw),
        scale=1 / 255 if images.dtype == np.uint8 else 1.0,
        fingerprint=_fingerprint(images, labels, splits, weights),
        weights=weights,
        label_names=raw.label_names,
        attachments=raw.attachments,
        inputs=raw.inputs,
        **fields,
    )


def _in_order(raw, task, validation, validation_seed):
    """(images, labels, weights, splits): train, validation, test, one after the other."""
    train = len(raw.y_train)
    if raw.x_validation is None:
        count = splitting.held_out_count(
            validation, train, raw.name, setting("Dataset", "validation"))
        held_out = splitting.stratified_choice(task.strata(raw.y_train), count, validation_seed)
        kept = np.delete(np.arange(train), held_out)
        parts = ("train", kept), ("train", held_out), ("test", None)
        ends = len(kept), train, train + len(raw.y_test)
    else:
        refuse_two_validations(validation, raw.name)
        parts = ("train", None), ("validation", None), ("test", None)
        ends = train, train + len(raw.y_validation), train + len(raw.y_validation) + len(raw.y_test)
    images, labels, weights = (
        None if getattr(raw, f"{axis}_train") is None else joined(
            [(getattr(raw, f"{axis}_{split}"), chosen) for split, chosen in parts])
        for axis in "xyw"
    )
    return images, labels, weights, {
        "train": (0, ends[0]), "validation": ends[:2], "test": ends[1:]}


def refuse_two_validations(validation, name):
    """Raises ConfigurationError unless data with a validation split hold out no other examples."""
    if validation:
        raise ConfigurationError(
            f"{setting('Dataset', 'validation')} is {validation!r}, and '{name}' has a validation "
            "split of its own; leave validation out to use that"
        )


def check_labels(labels, weights, source, task):
    """Checks all labels of a source as `assemble` does, before any input is there.

    Args:
      labels: {split: array}.
      weights: as `arrays.checked_weights` gives them.
      source: the `OpenedSource`.
      task: the `Task`, not fitted yet.

    Raises:
      ConfigurationError: the labels are not the task's, or no example of a split has any weight.
    """
    for split in labels:
        of_split = weights[f"w_{split}"]
        if of_split is not None:
            _check_some_weight(of_split, {split: (0, len(of_split))}, source.name)
    labels = _converted(labels, source.sizes, source.name, task)
    if task.fits_labels_alone:
        counted = _counted(labels["train"], weights["w_train"])
        task = _fitted(labels, counted, None, source.name, source.num_classes, task)
        task.standardised(counted, source.name)
        _check_label_names(source, task)


def _for_task(raw, task):
    """(`RawData` with converted labels, the task fitted to them)."""
    labels = _converted(
        {split: getattr(raw, f"y_{split}") for split in raw.splits},
        {split: len(getattr(raw, f"x_{split}")) for split in raw.splits}, raw.name, task)
    inputs = raw.x_train
    if raw.inputs is not None and isinstance(task, LanguageModel):
        inputs = _rows_of_tokens(raw, labels["train"])
    task = _fitted(labels, _counted(labels["train"], raw.w_train), inputs, raw.name,
                   raw.num_classes, task)
    if raw.inputs is None:  # Several arrays in a row are not told from each other here.
        for split in raw.splits:
            if split != "train":
                task.check_inputs(getattr(raw, f"x_{split}"), labels[split], raw.name, split)
    _check_label_names(raw, task)
    return dataclasses.replace(
        raw, **{f"y_{split}": each for split, each in labels.items()}), task


def _rows_of_tokens(raw, labels):
    """What may be tokens of several inputs, rows of whole numbers side by side; else the labels."""
    columns = [number for field in raw.inputs.fields
               if field.dtype == "int32" and len(field.shape) == 1 < field.shape[0]
               for number in range(field.start, field.stop)]
    if not columns:
        return labels
    rows = raw.x_train
    parts = rows.parts() if hasattr(rows, "parts") else (rows,)
    return np.concatenate([part[:, columns] for part in parts])


def _converted(labels, sizes, name, task):
    """{split: labels as the task takes them}, all of one shape."""
    labels = {split: task.take_labels(np.asarray(each), name, split, sizes[split])
              for split, each in labels.items()}
    train = labels["train"]
    for split, each in labels.items():
        if each.shape[1:] != train.shape[1:]:
            raise ConfigurationError(
                f"a label of '{name}' has shape {train.shape[1:]} in training and "
                f"{each.shape[1:]} in {split}; expected the same in both"
            )
    return labels


def _fitted(labels, counted, inputs, name, classes, task):
    """The task, fitted to the training labels that count; the other splits have to fit it."""
    task = task.fitted(counted, inputs, name, classes)
    for split, each in labels.items():
        if split != "train":
            task.check_fit(each, name, split)
    return task


def _check_label_names(data, task):
    """Refuses a user's names of classes that are more or fewer than the classes.

    A source that knows its number of classes has their names from the same place.
    """
    names = data.label_names if data.num_classes is None else None
    if names is not None and isinstance(task, Classification) and len(names) != task.classes:
        raise ConfigurationError(
            f"'{data.name}' has {len(names)} label_names and {task.classes} classes; expected a "
            "name for each class, in the order of their numbers"
        )


def _counted(labels, weights):
    """The labels of the examples that count: one of weight 0 may hold any number."""
    return labels if weights is None or np.ndim(weights) > 1 else labels[np.asarray(weights) > 0]


def _chosen(raw, task, subset):
    changes = {}
    for split in ("train", "test"):
        positions = subset(split, task.strata(getattr(raw, f"y_{split}")))
        for part in "xyw":
            array = getattr(raw, f"{part}_{split}")
            if array is not None:
                changes[f"{part}_{split}"] = chosen_rows(array, positions)
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
    arrays = (images, labels, *([] if weights is None else [weights]))
    if not isinstance(images, RowsOnDisk):
        return _digest(arrays, splits)
    # This reads the whole file; the result is noted beside it for the next start.
    return noted(images.path, _digest((images.rows, *arrays[1:]), splits),
                 lambda: _digest(arrays, splits))


def _digest(arrays, splits):
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        if isinstance(array, RowsOnDisk):
            for part in array.parts():
                digest.update(part.data)
        else:
            # The buffer itself and not a copy: the set may fill half of the memory.
            digest.update(np.ascontiguousarray(array).data)
    digest.update(json.dumps(splits).encode())
    return digest.hexdigest()
