"""Lists of unequal lengths are refused in one line, wherever they come from."""

import numpy as np
import pytest

from lth_keras import find_ticket
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
