"""Reads a user's `tf.data.Dataset` once into arrays, always in the same order."""

import hashlib
import re
from typing import Any

import numpy as np

from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError

# Operations that may change the order or the examples each time; Python code may do so too.
_UNSETTLED = re.compile(r"Shuffle|Random|PyFunc|ParallelInterleave|Stateful")
_LABELS = ("label", "labels", "y", "target")


def collected(
    dataset: tf.data.Dataset, which: str, input: str | None = None, label: str | None = None,
) -> tuple[Any, np.ndarray]:
    """(inputs, labels) of a finite dataset of pairs or of dicts, in batches or not.

    Inputs are one array, or of a model with several inputs a tuple or a dict of them.

    The order is the dataset's own where nothing in it shuffles. Else the examples are sorted by
    their bytes: a shuffled dataset is then the same data each time it is read, in every process.

    Args:
      dataset: the `tf.data.Dataset`.
      which: the name of the caller's argument, for the errors.
      input, label: of a dataset of dicts, the keys to take; None finds them.

    Raises:
      ConfigurationError: it has other elements, no end, no example, or other examples each time.
    """
    dataset = _pairs(dataset, which, input, label)
    if dataset.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise ConfigurationError(
            f"{which} is a tf.data.Dataset without an end; expected one pass over the examples: "
            "leave repeat() out"
        )
    inputs, labels = dataset.element_spec
    if _in_batches(tf.nest.flatten(inputs)[0].shape, labels.shape):
        dataset = dataset.unbatch()
    pairs = list(dataset.as_numpy_iterator())
    if not pairs:
        raise ConfigurationError(f"{which} is a tf.data.Dataset without an example")
    if not _is_settled(dataset):
        pairs = _sorted(pairs, dataset, which)
    try:
        return tf.nest.map_structure(lambda *each: np.stack(each), *pairs)
    except ValueError as error:
        raise ConfigurationError(
            f"{which} is a tf.data.Dataset of examples of unequal shapes; expected one shape: "
            "resize or pad them first"
        ) from error


def _pairs(dataset, which, input, label):
    spec: Any = dataset.element_spec
    if isinstance(spec, dict):
        keys = _keys(sorted(spec), which, input, label)
        return dataset.map(lambda example: tuple(example[key] for key in keys))
    if not isinstance(spec, tuple) or len(spec) != 2 or not isinstance(spec[1], tf.TensorSpec):
        raise ConfigurationError(
            f"{which} is a tf.data.Dataset of {str(spec)[:100]}; expected pairs (image, label), or "
            "dicts: map it first"
        )
    return dataset


def _keys(keys, which, input, label):
    """The keys of the input and of the label."""
    for parameter, key in (("input", input), ("label", label)):
        if key is not None and key not in keys:
            raise ConfigurationError(
                f"{parameter} is {key!r}, and {which} is a tf.data.Dataset of dicts with the keys "
                f"{keys[:8]}; expected one of these"
            )
    labels = [label] if label is not None else [each for each in _LABELS if each in keys][:1]
    inputs = [input] if input is not None else [each for each in keys if each not in labels]
    if len(labels) != 1 or len(inputs) != 1:
        raise ConfigurationError(
            f"{which} is a tf.data.Dataset of dicts with the keys {keys[:8]}; expected to know "
            "which two to take: give input='image' and label='label', or as they are called"
        )
    return inputs[0], labels[0]


def _in_batches(inputs, labels):
    """Whether these are shapes of batches: the first axes agree, and are unknown or the label's
    only one.

    A picture and its mask, or a sequence and its tags, agree in their leading axes too.
    """
    if not inputs.rank or not labels.rank or inputs[0] != labels[0]:
        return False
    return inputs[0] is None or (labels.rank == 1 and inputs.rank > 1)


def _is_settled(dataset):
    """Whether nothing in the dataset's graph can change its order."""
    try:
        graph = tf.raw_ops.DatasetToGraphV2(
            input_dataset=tf.data.experimental.to_variant(dataset), strip_device_assignment=True)
        described = tf.compat.v1.GraphDef.FromString(graph.numpy())
    except (tf.errors.OpError, ValueError, TypeError):
        return False  # The graph cannot be read.
    nodes = [*described.node, *(
        node for function in described.library.function for node in function.node_def)]
    return not any(_UNSETTLED.search(node.op) for node in nodes)


def _sorted(pairs, dataset, which):
    """The examples in the order of their digests, which no shuffling changes.

    Raises:
      ConfigurationError: a second pass gives other examples.
    """
    digests = [_digest(pair) for pair in pairs]
    if sorted(digests) != sorted(_digest(pair) for pair in dataset.as_numpy_iterator()):
        raise ConfigurationError(
            f"{which} is a tf.data.Dataset that gives other examples each time it is read; "
            "expected the same, in any order: leave random changes out and give them as "
            "augmentation"
        )
    order = sorted(range(len(pairs)), key=digests.__getitem__)
    return [pairs[place] for place in order]


def _digest(pair):
    digest = hashlib.sha256()
    for each in tf.nest.flatten(pair):
        array = np.ascontiguousarray(each)
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.digest()
