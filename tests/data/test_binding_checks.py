"""The values of `Dataset`: each is checked when it is given."""

import pytest

from lth_keras.data import Dataset
from lth_keras.errors import ConfigurationError


def test_channels_are_those_of_a_folder_of_pictures():
    with pytest.raises(ConfigurationError, match="channels is 1, which is for 'images:FOLDER'"):
        Dataset("cifar10", channels=1)
    assert Dataset("images:here", channels=1).channels == 1


@pytest.mark.parametrize("parameter, value, words", [
    ("name", "", "'mnist_5k'"),
    ("name", None, "None"),
    ("fallback", "mnist", "'mnist_5k_tokens' or 'mnist1d'"),
    ("validation", 1.0, "1.0"),
    ("validation", -1, "-1"),
    ("validation", -0.1, "-0.1"),
    ("validation", float("nan"), "nan"),
    ("validation", True, "True"),
    ("validation", "0.1", "'0.1'"),
    ("validation_seed", -1, "at least 0"),
    ("validation_seed", 0.5, "0.5"),
    ("std", 0.0, "above 0"),
    ("std", (1.0, 0.0, 1.0), "above 0"),
    ("mean", "a", "'a'"),
    ("mean", None, "None"),
    ("mean", float("inf"), "inf"),
    ("mean", (), "()"),
    ("mean", ((0.0,), (1.0, 2.0)), "one per channel"),
    ("train_examples", 0, "at least 1"),
    ("test_examples", 1.5, "1.5"),
    ("device_limit_mb", -1, "at least 0"),
    ("test", 0.5, "which is for data without a test split of their own"),
])
def test_a_wrong_value_is_refused_when_it_is_given(parameter, value, words):
    with pytest.raises(ConfigurationError) as error:
        Dataset(**{"name": "mnist_5k", parameter: value})
    # gin adds a line of its own on where the object was made.
    line, *added = str(error.value).splitlines()
    assert parameter in line and words in line
    assert [text.split()[:4] for text in added] == [["In", "call", "to", "configurable"]]
