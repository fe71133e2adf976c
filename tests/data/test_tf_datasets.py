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


@pytest.mark.parametrize("make", [
    lambda: PLAIN.shuffle(20), lambda: PLAIN.shuffle(20).batch(3),
    lambda: PLAIN.shuffle(5, reshuffle_each_iteration=False),
    lambda: PLAIN.batch(4).shuffle(5).prefetch(2),
    lambda: tf.data.Dataset.from_generator(in_any_order, output_signature=(
        tf.TensorSpec([5]), tf.TensorSpec([], "int64"))),
], ids=["shuffled", "then in batches", "once and for all", "batches shuffled", "generated"])
def test_what_is_shuffled_is_the_same_each_time(make):
    first, again = collected(make(), "train"), collected(make(), "train")
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert sorted(map(bytes, first[0])) == sorted(map(bytes, X))
    label = {bytes(x): y for x, y in zip(X, Y, strict=True)}
    for x, y in zip(*first, strict=True):
        assert label[bytes(x)] == y


def test_what_is_not_shuffled_keeps_its_order():
    for dataset in (PLAIN, PLAIN.batch(7), PLAIN.map(lambda x, y: (x, y), num_parallel_calls=2),
                    PLAIN.batch(5, drop_remainder=True)):
        x, y = collected(dataset, "train")
        assert np.array_equal(x, X) and np.array_equal(y, Y)


def test_sequences_and_pictures_with_labels_of_their_shape_are_no_batches():
    tokens = np.arange(24).reshape(6, 4)
    assert collected(tf.data.Dataset.from_tensor_slices((tokens, tokens)), "t")[0].shape == (6, 4)
    image, mask = np.zeros([3, 8, 8, 1], np.uint8), np.zeros([3, 8, 8], np.uint8)
    x, y = collected(tf.data.Dataset.from_tensor_slices((image, mask)).batch(2), "t")
    assert (x.shape, y.shape) == ((3, 8, 8, 1), (3, 8, 8))
    x, y = collected(tf.data.Dataset.from_tensor_slices((image, mask)), "t")
    assert (x.shape, y.shape) == ((3, 8, 8, 1), (3, 8, 8))


@pytest.mark.parametrize("keys, arguments", [
    (("image", "label"), {}), (("image", "target"), {}), (("image", "y"), {"input": "image"}),
    (("image", "label", "id"), {"input": "image"}), (("a", "b"), {"input": "a", "label": "b"}),
])
def test_datasets_of_dicts(keys, arguments):
    given = dict(zip(keys, (X, Y, np.arange(20)), strict=False))
    x, y = collected(tf.data.Dataset.from_tensor_slices(given).batch(6), "train", **arguments)
    assert np.array_equal(x, X) and np.array_equal(y, Y)


@pytest.mark.parametrize("make, arguments, message", [
    (lambda: tf.data.Dataset.from_generator(noisy, output_signature=(
        tf.TensorSpec([5]), tf.TensorSpec([], "int64"))), {}, "other examples each"),
    (lambda: PLAIN.repeat(), {}, "without an end"),
    (lambda: PLAIN.take(0), {}, "without an example"),
    (lambda: PLAIN.map(lambda x, y: x), {}, "expected pairs"),
    (lambda: PLAIN.map(lambda x, y: {"a": x, "b": y}), {}, "which two to take"),
    (lambda: PLAIN.map(lambda x, y: {"a": x, "b": y}), {"label": "c"}, "label is 'c'"),
    (lambda: PLAIN.map(lambda x, y: {"a": x, "d": x, "label": y}), {}, "which two to take"),
    (lambda: tf.data.Dataset.from_generator(
        lambda: iter([(np.ones(2), 1), (np.ones(3), 1)]),
        output_signature=(tf.TensorSpec([None]), tf.TensorSpec([], "int64"))), {}, "unequal"),
])
def test_what_cannot_be_data_is_refused_in_one_line(make, arguments, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        collected(make(), "train", **arguments)
    assert "\n" not in str(caught.value) and len(str(caught.value)) <= 300
