"""`from_arrays`: arrays of one's own, in order, with weights, or refused."""

import numpy as np
import pytest

from lth_keras.data import from_arrays
from lth_keras.errors import ConfigurationError
from tests.data.small_arrays import arrays


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
    (0, np.zeros((12, 2, 2, 3), complex), "complex128"),
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


def test_a_validation_set_of_ones_own_has_weights_of_its_own():
    x, y = np.arange(12.0).reshape(6, 2), np.array([0, 1] * 3)
    weights = np.array([1.0, 0.0, 2.0, 1.0, 1.0, 3.0])
    data = from_arrays(x, y, x, y, validation=(x, y, weights))
    start, stop = data.splits["validation"]
    assert data.weights[start:stop].tolist() == weights.tolist()
    assert set(data.weights[:start].tolist()) == set(data.weights[stop:].tolist()) == {1.0}


@pytest.mark.parametrize("validation, words", [
    (0.25, "validation is 0.25; expected validation = (x, y)"),
    (0, "validation is 0; expected"),
    ("own", "has weights of its own, and w_validation is given too"),
])
def test_validation_weights_are_given_once_and_with_their_set(validation, words):
    x, y = np.arange(12.0).reshape(6, 2), np.array([0, 1] * 3)
    validation = (x, y, np.ones(6)) if validation == "own" else validation
    with pytest.raises(ConfigurationError) as error:
        from_arrays(x, y, x, y, validation=validation, w_validation=np.ones(6))
    assert words in str(error.value) and "\n" not in str(error.value)


def test_validation_weights_beside_their_set():
    x, y, weights = np.arange(12.0).reshape(6, 2), np.array([0, 1] * 3), np.arange(6.0)
    for validation in ((x, y), (x, y, None)):
        data = from_arrays(x, y, x, y, validation=validation, w_validation=weights)
        assert data.weights[slice(*data.splits["validation"])].tolist() == weights.tolist()
