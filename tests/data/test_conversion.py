"""What is no array of numbers is made one or refused in one line, wherever it comes from."""

import numpy as np
import pandas
import pytest

from lth_keras import find_ticket
from lth_keras.compat import tf
from lth_keras.data import Dataset, from_arrays
from lth_keras.data.conversion import as_array
from lth_keras.errors import ConfigurationError
from tests.data.small_arrays import arrays

RAGGED = [[1, 2], [3]]
NAMES = ("x_train", "y_train", "x_test", "y_test")


def test_arrays_stay_as_they_are(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(3))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert as_array("mine", "train", "labels", mapped) is mapped
    assert as_array("mine", "train", "labels", [1, 2]).tolist() == [1, 2]


def test_columns_of_several_kinds_of_numbers_are_numbers():
    table = pandas.DataFrame({
        "a": pandas.array([1, 2], "Int64"), "b": [0.5, 1.5], "c": [True, False]})
    assert as_array("mine", "train", "examples", table).tolist() == [[1, 0.5, 1], [2, 1.5, 0]]


def test_bools_are_numbers():
    x, y, x_test, y_test = arrays()
    data = from_arrays(x > 0, y, x_test > 0, y_test)
    assert data.images.dtype == np.float32 and set(np.unique(data.images)) <= {0.0, 1.0}


@pytest.mark.parametrize("changes, words", [
    ({"x_train": tf.ragged.constant([[1, 2], [3]])}, "are a RaggedTensor, .* to_tensor"),
    ({"x_train": tf.sparse.from_dense([[1, 0]])}, "are a SparseTensor, .* tf.sparse.to_dense"),
    ({"y_train": {"a": [1]}}, "labels of 'arrays' are a dict, .* labels of one output"),
    ({"x_train": np.array([[1, "a"]], object)}, "are object, as '1'; expected numbers: leave"),
    ({"x_train": np.arange(5.0)}, r"have shape \(5,\); .* one number for each example is x\[:, N"),
    ({"y_train": np.array(["cat", "dog"] * 9)}, "for names of classes: classes, y = numpy.unique"),
])
def test_what_is_no_array_of_numbers_is_one_line(changes, words):
    given = {**dict(zip(NAMES, arrays(), strict=True)), **changes}
    if "y_train" in changes and not isinstance(changes["y_train"], dict):
        given["y_train"] = np.resize(changes["y_train"], len(given["x_train"]))
    with pytest.raises(ConfigurationError, match=words) as error:
        from_arrays(**given)
    assert "\n" not in str(error.value)


def test_one_of_several_inputs_is_named():
    _, labels, _, test_labels = arrays()
    with pytest.raises(ConfigurationError, match="left of the train examples of 'arrays': no"):
        from_arrays({"left": RAGGED}, labels, {"left": RAGGED}, test_labels)


@pytest.mark.parametrize("place, words", [
    ("x_train", "the train examples"), ("y_train", "the train labels"),
    ("x_test", "the test examples"), ("y_test", "the test labels"),
    ("w_train", "the train weights"), ("validation", "the validation labels"),
])
def test_ragged_lists_are_one_line(place, words):
    given = dict(zip(NAMES, arrays(), strict=True))
    ragged = (given["x_test"], RAGGED) if place == "validation" else RAGGED
    calls = [lambda: from_arrays(**{**given, place: ragged})]
    if place != "validation":
        calls.append(lambda: Dataset("mine", source=lambda: {**given, place: ragged}).load())
    if place in NAMES:
        given = {**given, place: ragged}
        calls.append(lambda: find_ticket(lambda shape, outputs: None, *(
            (given[f"x_{split}"], given[f"y_{split}"]) for split in ("train", "test"))))
    for call in calls:
        with pytest.raises(ConfigurationError) as error:
            call()
        line = str(error.value).split("\n  In call to configurable")[0]
        assert words in line and "inhomogeneous" in line and "pad or cut" in line
        assert "\n" not in line and len(line) <= 300
