"""The form of loaded data: fingerprint, normalisation, and arrays of one's own."""

import random

import numpy as np
import pytest

from lth_keras.data import Dataset, from_arrays
from lth_keras.data.embedded import mnist1d
from lth_keras.errors import ConfigurationError
from lth_keras.tasks import LanguageModel, Regression


def arrays(dtype=np.uint8, shape=(2, 2, 3)):
    made = np.random.RandomState(0)
    x_train, x_test = (made.randint(0, 256, (n, *shape)).astype(dtype) for n in (12, 4))
    return x_train, np.arange(12) % 3, x_test, np.array([0, 1, 2, 0])


def test_mnist_5k_is_balanced_and_real():
    loaded = Dataset("mnist_5k").load()
    assert loaded.images.shape == (5000, 28, 28, 1) and loaded.images.dtype == np.uint8
    assert loaded.splits == {"train": (0, 4000), "validation": (4000, 4000), "test": (4000, 5000)}
    assert np.bincount(loaded.labels[:4000]).tolist() == [400] * 10
    assert np.bincount(loaded.labels[4000:]).tolist() == [100] * 10
    assert loaded.images.max() == 255 and 30 < loaded.images.mean() < 37
    assert len({image.tobytes() for image in loaded.images}) == 5000  # none in both splits
    # Literal: a change here makes other data of the same name.
    assert loaded.fingerprint.startswith("4f59973c10eef92b")


def test_the_tokens_are_the_images_in_squares():
    tokens, images = Dataset("mnist_5k_tokens").load(), Dataset("mnist_5k").load()
    assert tokens.images.shape == (5000, 49) and tokens.images.dtype == np.float32
    assert np.array_equal(tokens.labels, images.labels) and tokens.splits == images.splits
    for index, (row, column) in ((0, (0, 0)), (24, (12, 12)), (10, (4, 12)), (48, (24, 24))):
        square = images.images[:, row:row + 4, column:column + 4, 0]
        assert np.array_equal(tokens.images[:, index], square.mean((1, 2)) // 16)
    assert set(np.unique(tokens.images)) == set(range(16))
    assert tokens.normalize(tokens.images[:3]).tolist() == tokens.images[:3].tolist()


def test_mnist1d_is_generated_and_leaves_the_random_streams_alone():
    mnist1d.cache_clear()
    random.seed(1), np.random.seed(1)
    expected = random.random(), np.random.rand()
    random.seed(1), np.random.seed(1)
    loaded = Dataset("mnist1d").load()
    assert (random.random(), np.random.rand()) == expected
    assert loaded.images.shape == (5000, 40) and loaded.images.dtype == np.float32
    assert loaded.splits == {"train": (0, 4000), "validation": (4000, 4000), "test": (4000, 5000)}
    assert abs(loaded.images.mean()) < 1e-3 and abs(loaded.images.std() - 1) < 1e-3
    mnist1d.cache_clear()
    assert Dataset("mnist1d").load().fingerprint == loaded.fingerprint


def test_an_example_is_in_one_split_only_and_all_are_in_one():
    whole = Dataset("mnist_5k").load()
    split = Dataset("mnist_5k", validation=0.1).load()
    assert np.bincount(split.labels[slice(*split.splits["validation"])]).tolist() == [40] * 10
    assert sorted(map(bytes, whole.images[:4000])) == sorted(map(bytes, split.images[:4000]))
    assert np.array_equal(whole.images[4000:], split.images[4000:])


@pytest.mark.parametrize("change", ["image", "label", "split", "dtype"])
def test_the_fingerprint_changes_with_what_is_loaded(change):
    x_train, y_train, x_test, y_test = arrays()
    before = from_arrays(x_train, y_train, x_test, y_test).fingerprint
    assert before == from_arrays(x_train, y_train, x_test, y_test, name="b").fingerprint
    validation = 3 if change == "split" else 0
    if change == "image":
        x_test[-1, -1, -1, -1] ^= 1
    elif change == "label":
        y_test[0] = 1
    elif change == "dtype":
        x_train, x_test = x_train.astype(np.float32), x_test.astype(np.float32)
    assert from_arrays(x_train, y_train, x_test, y_test, validation).fingerprint != before


def test_normalisation():
    x_train, *rest = arrays()
    x_train[0] = 255
    loaded = from_arrays(x_train, *rest, mean=(0.5, 0.0, 1.0), std=(0.25, 1.0, 2.0))
    normal = loaded.normalize(loaded.images[:1])
    assert normal.dtype == np.float32 and normal.shape == (1, 2, 2, 3)
    np.testing.assert_allclose(normal[0, 0, 0], [2.0, 1.0, 0.0], atol=1e-6)
    floats = from_arrays(*arrays(np.float64, (5,)), mean=1.0, std=2.0)
    assert floats.scale == 1.0 and floats.images.dtype == np.float32
    np.testing.assert_array_equal(
        floats.normalize(floats.images), (floats.images - 1) / np.float32(2)
    )


def test_arrays_keep_their_order_and_are_copied():
    x_train, y_train, x_test, y_test = arrays()
    loaded = from_arrays(x_train, y_train, x_test, y_test, validation=0.25)
    assert loaded.splits == {"train": (0, 9), "validation": (9, 12), "test": (12, 16)}
    assert np.array_equal(loaded.images[12:], x_test) and loaded.num_outputs == 3
    assert np.bincount(loaded.labels[9:12]).tolist() == [1, 1, 1]
    assert not np.shares_memory(loaded.images, x_test)


@pytest.mark.parametrize("position, value, words", [
    (0, np.zeros(12), "shape (12,)"),
    (0, np.zeros((0, 2, 2, 3), np.uint8), "at least one example"),
    (0, np.zeros((12, 2, 2, 3), bool), "bool"),
    (0, np.full((12, 2, 2, 3), np.nan), "NaN"),
    (0, np.full((12, 2, 2, 3), 1e300), "infinity"),
    (0, np.zeros((12, 2, 2, 1), np.uint8), "same dtype and shape"),
    (0, np.zeros((12, 2, 2, 3), np.float32), "same dtype and shape"),
    (0, np.zeros((11, 2, 2, 3), np.uint8), "each of the 11 examples"),
    (1, np.zeros(11, int), "each of the 12 examples"),
    (1, np.zeros(12), "integers"),
    (1, np.arange(12) % 3 * 2, "lack [1, 3]"),
    (1, np.arange(12) % 3 - 1, "from -1 to 1"),
    (3, np.array([0, 1, 2, 3]), "from 0 to 3; expected 0..2"),
])
def test_arrays_of_another_form_are_refused(position, value, words):
    given = list(arrays())
    given[position] = value
    with pytest.raises(ConfigurationError) as error:
        from_arrays(*given, name="mine")
    assert words in str(error.value) and "'mine'" in str(error.value)
    assert "\n" not in str(error.value)


def test_std_zero_is_refused_for_arrays_too():
    with pytest.raises(ConfigurationError, match="std is 0"):
        from_arrays(*arrays(), std=0)


def test_the_sets_of_other_tasks_are_read_from_packages():
    numbers = Dataset("diabetes", validation=0.1).load(task=Regression())
    assert numbers.images.shape == (442, 10) and numbers.labels.shape == (442, 1)
    assert numbers.size("test") == 100 and numbers.labels.min() == 25
    np.testing.assert_allclose(numbers.images.std(0), 1, rtol=1e-5)
    pixels = Dataset("digits_segmentation").load()
    assert pixels.images.shape == (1797, 8, 8, 1) and pixels.output_shape == (8, 8, 11)
    # Each image has the background and one digit, the same number of pixels as it has ink.
    for image, label in zip(pixels.images[::60, ..., 0], pixels.labels[::60], strict=True):
        assert len(set(label[label > 0])) == 1 and np.array_equal(label > 0, image >= 127)
    text = Dataset("python_reference").load(task=LanguageModel())
    assert text.images.shape == (4500, 64) and text.output_shape == (64, len(text.label_names))
    assert np.array_equal(text.images[:, 1:], text.labels[:, :-1])
    words = "".join(text.label_names[token] for token in text.labels[:50].ravel())
    assert "statement" in words or "assert" in words


def test_the_default_set_needs_its_task():
    with pytest.raises(ConfigurationError, match=r"Regression\("):
        Dataset("diabetes").load()


def test_a_validation_set_of_ones_own_has_weights_of_its_own():
    x, y = np.arange(12.0).reshape(6, 2), np.array([0, 1] * 3)
    weights = np.array([1.0, 0.0, 2.0, 1.0, 1.0, 3.0])
    data = from_arrays(x, y, x, y, validation=(x, y, weights))
    start, stop = data.splits["validation"]
    assert data.weights[start:stop].tolist() == weights.tolist()
    assert set(data.weights[:start].tolist()) == set(data.weights[stop:].tolist()) == {1.0}


def test_labels_of_weight_zero_standardise_nothing():
    x, y = np.arange(8.0).reshape(4, 2), np.array([1.0, 3.0, 1e30, 5.0])
    data = from_arrays(x, y, x, y, task=Regression(), w_train=[1, 1, 0, 1])
    assert data.task.mean == (3.0,)
