"""The data sets that need no network: their sizes, labels and fingerprints."""

import random

import numpy as np
import pytest

from lth_keras.data import Dataset
from lth_keras.data.embedded import mnist1d
from lth_keras.errors import ConfigurationError
from lth_keras.tasks import LanguageModel, Regression


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
