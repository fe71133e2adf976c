"""Datasets of tf.data: the same data each time, whatever shuffles them; or a line that says why."""

import numpy as np
import pytest

from lth_keras.compat import tf
from lth_keras.data.tf_datasets import collected
from lth_keras.errors import ConfigurationError

X = np.random.RandomState(0).randn(20, 5).astype(np.float32)
Y = np.arange(20) % 3
PLAIN = tf.data.Dataset.from_tensor_slices((X, Y))


def in_any_order():
    for place in np.random.permutation(20):
        yield X[place], Y[place]


def noisy():
    for x, y in zip(X, Y, strict=True):
        yield x + np.random.standard_normal(5), y


def of_generator(generator):
    return tf.data.Dataset.from_generator(
        generator, output_signature=(tf.TensorSpec([None]), tf.TensorSpec([], "int64")))


def fails_the_second_time():
    passes = []

    def generator():
        passes.append(None)
        yield X[0], Y[0]
        if len(passes) > 1:
            raise OSError("the disk is away")

    return generator


@pytest.mark.parametrize("make", [
    lambda: PLAIN.shuffle(20), lambda: PLAIN.shuffle(20).batch(3),
    lambda: PLAIN.shuffle(5, reshuffle_each_iteration=False),
    lambda: PLAIN.batch(4).shuffle(5).prefetch(2),
    lambda: tf.data.Dataset.from_generator(in_any_order, output_signature=(
        tf.TensorSpec([5]), tf.TensorSpec([], "int64"))),
], ids=["shuffled", "then in batches", "once and for all", "batches shuffled", "generated"])
def test_what_is_shuffled_is_the_same_each_time(make):
    first, again = collected(make(), "train"), collected(make(), "train")
    assert all(np.array_equal(a, b) for a, b in zip(first[:2], again, strict=False))
    assert sorted(map(bytes, first[0])) == sorted(map(bytes, X))
    label = {bytes(x): y for x, y in zip(X, Y, strict=True)}
    for x, y in zip(*first[:2], strict=True):
        assert label[bytes(x)] == y


def test_what_may_come_in_any_order_is_sorted_too():
    options = tf.data.Options()
    options.deterministic = False
    expected = collected(PLAIN.shuffle(20), "train")[0]
    assert not np.array_equal(expected, X)
    for dataset in (PLAIN.map(lambda x, y: (x, y), num_parallel_calls=2, deterministic=False),
                    PLAIN.batch(4, num_parallel_calls=2, deterministic=False),
                    PLAIN.map(lambda x, y: (x, y), num_parallel_calls=2).with_options(options)):
        assert np.array_equal(collected(dataset, "train")[0], expected)


def test_what_is_not_shuffled_keeps_its_order():
    for dataset in (PLAIN, PLAIN.batch(7), PLAIN.map(lambda x, y: (x, y), num_parallel_calls=2),
                    PLAIN.batch(5, drop_remainder=True)):
        x, y, weights = collected(dataset, "train")
        assert np.array_equal(x, X) and np.array_equal(y, Y) and weights is None


@pytest.mark.parametrize("keys, arguments", [
    (("image", "label"), {}), (("image", "target"), {}), (("image", "y"), {"input": "image"}),
    (("image", "label", "id"), {"input": "image"}), (("a", "b"), {"input": "a", "label": "b"}),
])
def test_datasets_of_dicts(keys, arguments):
    given = dict(zip(keys, (X, Y, np.arange(20)), strict=False))
    x, y, _ = collected(tf.data.Dataset.from_tensor_slices(given).batch(6), "train", **arguments)
    assert np.array_equal(x, X) and np.array_equal(y, Y)


@pytest.mark.parametrize("make", [
    lambda w: tf.data.Dataset.from_tensor_slices((X, Y, w)),
    lambda w: tf.data.Dataset.from_tensor_slices((X, Y, w)).batch(3).prefetch(1),
    lambda w: tf.data.Dataset.from_tensor_slices({"x": X, "y": Y, "w": w}).batch(3),
    lambda w: tf.data.Dataset.from_generator(
        lambda: iter([(X[:8], Y[:8], w[:8]), (X[8:], Y[8:], w[8:])]), output_signature=(
            tf.TensorSpec([None, 5]), tf.TensorSpec([None], "int64"), tf.TensorSpec([None]))),
], ids=["triples", "batches", "dicts", "generated batches"])
def test_weights_come_along(make):
    weights = np.arange(20, dtype=np.float32) % 4
    dataset = make(weights)
    x, y, w = collected(
        dataset, "train", weight="w" if isinstance(dataset.element_spec, dict) else None)
    order = [int(np.flatnonzero((X == row).all(1))[0]) for row in x]  # A generator may shuffle.
    assert sorted(order) == list(range(20))
    assert np.array_equal(y, Y[order]) and np.array_equal(w, weights[order])


@pytest.mark.parametrize("make, arguments, message", [
    (lambda: tf.data.Dataset.from_generator(noisy, output_signature=(
        tf.TensorSpec([5]), tf.TensorSpec([], "int64"))), {}, "other examples each"),
    (lambda: PLAIN.repeat(), {}, "without an end"),
    (lambda: PLAIN.take(0), {}, "without an example"),
    (lambda: PLAIN.map(lambda x, y: x), {}, "expected pairs"),
    (lambda: PLAIN.map(lambda x, y: {"a": x, "b": y}), {}, "which two to take"),
    (lambda: PLAIN.map(lambda x, y: {"a": x, "b": y}), {"label": "c"}, "label is 'c'"),
    (lambda: PLAIN.map(lambda x, y: {"a": x, "label": y}), {"weight": "w"}, "weight is 'w'"),
    (lambda: PLAIN, {"weight": "w"}, "give triples"),
    (lambda: PLAIN.map(lambda x, y: (x, tf.strings.as_string(y))), {}, "labels that are text"),
    (lambda: PLAIN.map(lambda x, y: (x, y, tf.zeros([2, 2]))), {}, "one number for each example"),
    (lambda: PLAIN.map(lambda x, y: (x, y, y, y)), {}, "expected pairs"),
    (lambda: PLAIN.map(lambda x, y: {"a": x, "d": x, "label": y}), {}, "which two to take"),
    (lambda: tf.data.Dataset.from_generator(
        lambda: iter([(np.ones(2), 1), (np.ones(3), 1)]),
        output_signature=(tf.TensorSpec([None]), tf.TensorSpec([], "int64"))), {}, "unequal"),
    (lambda: of_generator(lambda: iter([(np.ones(2), 1), 1 / 0])), {}, "ZeroDivisionError"),
    (lambda: of_generator(lambda: iter([(np.ones(2), 1), (np.ones(3), 1)])).batch(2), {},
     r"while it is read \(Cannot batch tensors"),
    (lambda: of_generator(fails_the_second_time()), {}, "while it is read .*the disk is away"),
])
def test_what_cannot_be_data_is_refused_in_one_line(make, arguments, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        collected(make(), "train", **arguments)
    assert "\n" not in str(caught.value) and len(str(caught.value)) <= 300
