"""Examples of several arrays: packed into rows, and the same arrays again."""

import numpy as np
import pytest

from lth_keras.data import from_arrays
from lth_keras.errors import ConfigurationError

LABELS = np.array([0, 1, 0, 1])


def examples(count=4):
    random = np.random.default_rng(1)
    return {
        "words": random.integers(0, 9, (count, 3)),
        "picture": random.integers(0, 256, (count, 2, 2, 1)).astype(np.uint8),
        "age": random.normal(size=count),
    }


def check_equal(given, seen):
    assert seen["words"].dtype == np.int32 and np.array_equal(seen["words"], given["words"])
    assert seen["age"].dtype == np.float32
    np.testing.assert_array_equal(seen["age"], given["age"].astype(np.float32))
    np.testing.assert_allclose(seen["picture"], given["picture"] / 255, rtol=1e-6)


def test_rows_and_back_again():
    given = examples()
    data = from_arrays(given, LABELS, given, LABELS)
    assert data.images.shape == (8, 1 + 4 + 3) and data.images.dtype == np.float32
    assert data.inputs.shapes == {"age": (), "picture": (2, 2, 1), "words": (3,)}
    check_equal(given, data.inputs.unpack(data.normalize(data.images[:4])))


def test_a_tuple_keeps_its_order():
    given = examples()
    data = from_arrays(
        (given["words"], given["age"]), LABELS, (given["words"], given["age"]), LABELS)
    words, age = data.inputs.unpack(data.images[:4])
    assert np.array_equal(words, given["words"]) and age.shape == (4,)


@pytest.mark.parametrize("change, message", [
    ({"words": np.full((4, 3), 2**24 + 1)}, "integers beyond"),
    ({"age": np.full(4, np.nan)}, "NaN or infinity"),
    ({"age": np.zeros(3)}, "have 3, 4, 4 examples"),
    ({"age": np.array(["a"] * 4)}, "expected numbers"),
])
def test_what_cannot_be_packed(change, message):
    given = examples() | change
    with pytest.raises(ConfigurationError, match=message):
        from_arrays(given, LABELS, given, LABELS)


@pytest.mark.parametrize("change, message", [
    ({"words": np.zeros((4, 2), int)}, r"int32 \(3,\), as in training"),
    ({"words": None}, "expected age, picture, words as a dict"),
])
def test_test_examples_have_to_be_like_them(change, message):
    other = {key: value for key, value in (examples() | change).items() if value is not None}
    with pytest.raises(ConfigurationError, match=message):
        from_arrays(examples(), LABELS, other, LABELS)


def test_several_inputs_are_normalised_by_their_owner():
    given = examples()
    with pytest.raises(ConfigurationError, match="go with one input"):
        from_arrays(given, LABELS, given, LABELS, mean=0.5)
