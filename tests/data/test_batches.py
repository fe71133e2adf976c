"""Single examples or batches: what the shapes leave open, the dataset's own operations say."""

import numpy as np
import pytest

from lth_keras.compat import tf
from lth_keras.data.tf_datasets import collected
from lth_keras.errors import ConfigurationError

Dataset = tf.data.Dataset
COUNT = 12
IMAGE = np.arange(COUNT * 16, dtype=np.float32).reshape(COUNT, 4, 4)
COLOUR = np.repeat(IMAGE[..., None], 3, -1)
MASK = (IMAGE % 2).astype(np.uint8)
TAGS = MASK[:, 0].astype(np.int64)  # One for each row of an image: 4, as many as its rows.
ONE_HOT = np.eye(4, dtype=np.float32)[np.arange(COUNT) % 4]
# Inputs and labels whose leading axes agree: each may be taken for a batch of four.
PAIRS = {"segmentation": (COLOUR, MASK), "tagging": (IMAGE, TAGS), "denoising": (IMAGE, IMAGE),
         "one-hot": (IMAGE, ONE_HOT), "language": (IMAGE[:, 0], TAGS)}


def sliced(pair):
    return Dataset.from_tensor_slices(pair)


def mapped(x, y):
    return x + 0, y


PIPELINES = {
    "examples": sliced,
    "shuffled, mapped": lambda pair: sliced(pair).map(mapped, num_parallel_calls=2).prefetch(1),
    "batches of four, all whole": lambda pair: sliced(pair).batch(4, drop_remainder=True),
    "batches with a rest": lambda pair: sliced(pair).batch(5).map(mapped).prefetch(1),
    "batches in parallel": lambda pair: sliced(pair).map(mapped).batch(
        4, num_parallel_calls=2, deterministic=True).cache(),
    "padded batches": lambda pair: sliced(pair).padded_batch(4, drop_remainder=True),
    "batches of batches' examples": lambda pair: sliced(pair).batch(6).rebatch(4),
    "unbatched": lambda pair: sliced(pair).batch(4).unbatch(),
    "zipped batches": lambda pair: Dataset.zip(tuple(
        Dataset.from_tensor_slices(each).batch(4) for each in pair)),
    "two, one after the other": lambda pair: sliced(tuple(each[:4] for each in pair)).batch(
        4).concatenate(sliced(tuple(each[4:] for each in pair)).batch(4)),
    "several files": lambda pair: Dataset.range(1).interleave(lambda _: sliced(pair)),
    "several files of batches": lambda pair: Dataset.range(1).interleave(
        lambda _: sliced(pair).batch(4)),
    "said to be examples": lambda pair: generated(pair, None).batch(1),
    "said to be batches": lambda pair: generated(pair, 4).unbatch(),
}


def generated(pair, size):
    """From a generator, which says nothing: of examples, or of batches of a size."""
    def give():
        for first in range(0, COUNT, size or 1):
            yield tuple(each[first : first + size] if size else each[first] for each in pair)

    shapes = [(size, *each.shape[1:]) if size else each.shape[1:] for each in pair]
    return Dataset.from_generator(give, output_signature=tuple(
        tf.TensorSpec(shape, each.dtype) for shape, each in zip(shapes, pair, strict=True)))


@pytest.mark.parametrize("pipeline", PIPELINES)
@pytest.mark.parametrize("pair", PAIRS)
def test_each_example_comes_out_once(pair, pipeline):
    x, y, _ = collected(PIPELINES[pipeline](PAIRS[pair]), "train")
    inputs, labels = PAIRS[pair]
    assert x.shape == inputs.shape and y.shape == labels.shape
    order = np.argsort(x.reshape(COUNT, -1)[:, 0])  # What a generator gives is sorted by bytes.
    assert np.array_equal(x[order], inputs) and np.array_equal(y[order], labels)


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair != "language"])
@pytest.mark.parametrize("make", [
    lambda pair: generated(pair, None), lambda pair: generated(pair, 4),
    lambda pair: Dataset.from_tensors(pair),
    lambda pair: sliced(pair).map(lambda x, y: (  # Of unknown length, as what a file holds.
        tf.ensure_shape(tf.py_function(lambda: x, [], x.dtype), [None, *x.shape[1:]]),
        tf.ensure_shape(tf.py_function(lambda: y, [], y.dtype), [None, *y.shape[1:]]))),
], ids=["generated examples", "generated batches", "all at once", "of unknown length"])
def test_what_both_may_be_is_refused_in_one_line(pair, make):
    with pytest.raises(ConfigurationError) as caught:
        collected(make(PAIRS[pair]), "train")
    said = str(caught.value)
    assert "train.unbatch() if they are batches, train.batch(1) if" in said
    assert "\n" not in said and len(said) <= 300


@pytest.mark.parametrize("size", [None, 4, 5])
def test_python_code_that_says_no_shapes_is_looked_at(size):
    numbers = np.arange(COUNT) % 3
    named = sliced((COLOUR, numbers)).map(lambda x, y: tf.py_function(
        lambda x, y: (x + 0, y), [x, y], [tf.float32, tf.int64]))
    x, y, _ = collected(named if size is None else named.batch(size), "train")
    # Python code may change the order each time, so that the examples are sorted.
    order = np.argsort(x[:, 0, 0, 0])
    assert np.array_equal(x[order], COLOUR) and np.array_equal(y[order], numbers)


def test_python_code_that_fails_or_reads_whole_files_is_one_line():
    def read(fails):
        def file(_):
            if fails:
                raise OSError("no such file")
            return COLOUR, np.arange(COUNT)

        return Dataset.range(2).map(
            lambda place: tf.py_function(file, [place], [tf.float32, tf.int64]))

    for fails, said in ((True, "fails while it is read .*no such file"),
                        (False, "a batch or a single example; say which")):
        with pytest.raises(ConfigurationError, match=said) as caught:
            collected(read(fails), "train")
        assert "\n" not in str(caught.value)


def test_what_shapes_alone_decide_needs_no_operation():
    numbers = np.arange(COUNT) % 3
    x, y, _ = collected(generated((COLOUR, numbers), None), "t")  # A label for each example.
    assert x.shape == COLOUR.shape and y.shape == (COUNT,)
    x, y, _ = collected(generated((COLOUR, ONE_HOT[:, :3]), None), "t")  # Axes of 4 and of 3.
    assert x.shape == COLOUR.shape and y.shape == (COUNT, 3)
    # Vectors are no batches: an example has an axis of its own.
    x, y, _ = collected(generated((IMAGE[:, 0], TAGS), None), "t")
    assert x.shape == (COUNT, 4) and y.shape == (COUNT, 4)
