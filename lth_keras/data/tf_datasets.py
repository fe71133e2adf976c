"""Reads a user's `tf.data.Dataset` once into arrays, always in the same order."""

import hashlib
import re
from typing import Any

import numpy as np

from lth_keras.compat import tf
from lth_keras.data.batches import graph_of, in_batches
from lth_keras.errors import ConfigurationError

# Operations that may change the order or the examples each time; Python code may do so too.
_UNSETTLED = re.compile(r"Shuffle|Random|PyFunc|ParallelInterleave|Stateful")
# What TensorFlow says before the error of a user's function.
_NODE = re.compile(r"\{\{.*?\}\}|Error in user-defined function .*? with iterator: [\w:\[\]]+: ")
_LABELS = ("label", "labels", "y", "target")


def collected(
    dataset: tf.data.Dataset, which: str, input: str | None = None, label: str | None = None,
    weight: str | None = None,
) -> tuple[Any, np.ndarray, np.ndarray | None]:
    """(inputs, labels, weights) of a finite dataset of pairs, triples or dicts, in batches or not.

    Inputs are one array, or of a model with several inputs a tuple or a dict of them. Weights are
    None where the dataset has none.

    The order is the dataset's own where nothing in it shuffles. Else the examples are sorted by
    their bytes: a shuffled dataset is then the same data each time it is read, in every process.

    Args:
      dataset: the `tf.data.Dataset`.
      which: the name of the caller's argument, for the errors.
      input, label: of a dataset of dicts, the keys to take; None finds them.
      weight: of a dataset of dicts, the key of the examples' weights; None for none.

    Raises:
      ConfigurationError: it has other elements, no end, no example, or other examples each time;
        it fails; or its elements may be batches as well as single examples.
    """
    dataset = _tuples(dataset, which, input, label, weight)
    if dataset.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise ConfigurationError(
            f"{which} is a tf.data.Dataset without an end; expected one pass over the examples: "
            "leave repeat() out"
        )
    _check_numbers(dataset.element_spec, which)
    inputs, others, seen = _shapes(dataset, which)
    if in_batches(dataset, which, inputs, *others, seen=seen):
        dataset = dataset.unbatch()
    examples = list(_examples(dataset, which))
    if not examples:
        raise ConfigurationError(f"{which} is a tf.data.Dataset without an example")
    if not _is_settled(dataset):
        examples = _sorted(examples, dataset, which)
    try:
        inputs, labels, *weights = tf.nest.map_structure(lambda *each: np.stack(each), *examples)
    except ValueError as error:
        raise ConfigurationError(
            f"{which} is a tf.data.Dataset of examples of unequal shapes; expected one shape: "
            "resize or pad them first"
        ) from error
    return inputs, labels, weights[0] if weights else None


def _shapes(dataset, which):
    """(shapes of the inputs, those of the others, whether they were seen and not declared)."""
    inputs, *others = dataset.element_spec
    shapes = [[each.shape for each in tf.nest.flatten(part)] for part in (inputs, others)]
    if all(each.rank is not None for part in shapes for each in part):
        return *shapes, False
    first = next(_examples(dataset.take(1), which), None)  # Python code says no shapes before.
    if first is None:
        return *shapes, False
    return *([tf.TensorShape(np.shape(each)) for each in tf.nest.flatten(part)]
             for part in (first[0], first[1:])), True


def _tuples(dataset, which, input, label, weight):
    spec: Any = dataset.element_spec
    if isinstance(spec, dict):
        keys = _keys(sorted(spec), which, input, label, weight)
        return dataset.map(lambda example: tuple(example[key] for key in keys))
    if weight is not None:
        raise ConfigurationError(
            f"weight is {weight!r}, a key of dicts, and {which} is a tf.data.Dataset of "
            f"{str(spec)[:100]}; leave weight out, and give triples (image, label, weight)"
        )
    if not isinstance(spec, tuple) or len(spec) not in (2, 3) or not all(
            isinstance(each, tf.TensorSpec) for each in spec[1:]):
        raise ConfigurationError(
            f"{which} is a tf.data.Dataset of {str(spec)[:100]}; expected pairs (image, label), "
            "triples with a weight, or dicts: map it first"
        )
    return dataset


def _keys(keys, which, input, label, weight):
    """The keys of the input and of the label, and of the weight if there is one."""
    for parameter, key in (("input", input), ("label", label), ("weight", weight)):
        if key is not None and key not in keys:
            raise ConfigurationError(
                f"{parameter} is {key!r}, and {which} is a tf.data.Dataset of dicts with the keys "
                f"{keys[:8]}; expected one of these"
            )
    labels = [label] if label is not None else [each for each in _LABELS if each in keys][:1]
    inputs = [input] if input is not None else [
        each for each in keys if each not in labels and each != weight]
    if len(labels) != 1 or len(inputs) != 1:
        raise ConfigurationError(
            f"{which} is a tf.data.Dataset of dicts with the keys {keys[:8]}; expected to know "
            "which two to take: give input='image' and label='label', or as they are called"
        )
    return inputs[0], labels[0], *([] if weight is None else [weight])


def _check_numbers(spec, which):
    """Refuses text before the first example is decoded."""
    labels = spec[1]
    if labels.dtype == tf.string:
        raise ConfigurationError(
            f"{which} is a tf.data.Dataset with labels that are text; expected numbers: map each "
            "to its class's number first"
        )
    weights = spec[2] if len(spec) == 3 else None
    if weights is not None and weights.shape.rank not in (0, 1):
        raise ConfigurationError(
            f"{which} is a tf.data.Dataset with weights of shape {weights.shape}; expected one "
            "number for each example"
        )


def _examples(dataset, which):
    """Its examples; what fails in the user's operations becomes one line."""
    try:
        yield from dataset.as_numpy_iterator()
    except tf.errors.OpError as error:
        # TensorFlow names its own node first, in double braces.
        lines = _NODE.sub("", error.message or "").strip().splitlines()
        reason = (lines[0] if lines else type(error).__name__).strip()[:120]
        raise ConfigurationError(
            f"{which} is a tf.data.Dataset that fails while it is read ({reason}); expected one "
            "that gives all its examples: correct its functions, and give examples of equal shapes"
        ) from error


def _is_settled(dataset):
    """Whether nothing in the dataset's graph can change its order."""
    graph = graph_of(dataset)
    if graph is None or dataset.options().deterministic is False:
        return False
    nodes = [*graph.node, *(
        node for function in graph.library.function for node in function.node_def)]
    return not any(_UNSETTLED.search(node.op) or node.attr["deterministic"].s == b"false"
                   for node in nodes)


def _sorted(examples, dataset, which):
    """The examples in the order of their digests, which no shuffling changes.

    Raises:
      ConfigurationError: a second pass gives other examples.
    """
    digests = [_digest(each) for each in examples]
    if sorted(digests) != sorted(_digest(each) for each in _examples(dataset, which)):
        raise ConfigurationError(
            f"{which} is a tf.data.Dataset that gives other examples each time it is read; "
            "expected the same, in any order: leave random changes out and give them as "
            "augmentation"
        )
    order = sorted(range(len(examples)), key=digests.__getitem__)
    return [examples[place] for place in order]


def _digest(example):
    digest = hashlib.sha256()
    for each in tf.nest.flatten(example):
        array = np.ascontiguousarray(each)
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.digest()
