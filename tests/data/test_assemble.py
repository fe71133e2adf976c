"""Whole arrays become data: each example in one split, fingerprints, what is standardised."""

import numpy as np
import pytest

from lth_keras.data import Dataset, from_arrays
from lth_keras.tasks import Regression
from tests.data.small_arrays import arrays


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


def test_labels_of_weight_zero_standardise_nothing():
    x, y = np.arange(8.0).reshape(4, 2), np.array([1.0, 3.0, 1e30, 5.0])
    data = from_arrays(x, y, x, y, task=Regression(), w_train=[1, 1, 0, 1])
    assert data.task.mean == (3.0,)
