"""`Tokens`: what it refuses. `test_tfds_set.py` has the texts that it cuts."""

import pytest

from lth_keras.data.sources.tokens import Tokens
from lth_keras.errors import ConfigurationError


@pytest.mark.parametrize("arguments", [
    {"vocabulary": 3}, {"length": 0}, {"next_token": 1}, {"vocabulary": 2.5}])
def test_tokens_are_whole_numbers(arguments):
    with pytest.raises(ConfigurationError, match="expected"):
        Tokens(**arguments)
