"""`Tokens`: what it refuses, and long texts. `test_tfds_set.py` has the texts that it cuts."""

import numpy as np
import pytest

from lth_keras.data.sources.opened_source import OpenedSource
from lth_keras.data.sources.tokens import UNKNOWN, Tokens, tokenised
from lth_keras.errors import ConfigurationError


@pytest.mark.parametrize("arguments", [
    {"vocabulary": 3}, {"length": 0}, {"next_token": 1}, {"vocabulary": 2.5}])
def test_tokens_are_whole_numbers(arguments):
    with pytest.raises(ConfigurationError, match="expected"):
        Tokens(**arguments)


def test_a_text_of_ten_kilobytes_is_trained_on():
    texts = np.array([b"ba do ki " * 3] * 4 + [b"xyz w " * 1700], object)
    source = OpenedSource(
        "letters", {"train": 5}, lambda split: iter([(texts, np.arange(5))]), lambda: "")
    made = tokenised(source, Tokens(vocabulary=20, length=4000))
    (inputs, _), = made.read("train")
    assert not (inputs == UNKNOWN).any()
