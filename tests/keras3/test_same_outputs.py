"""A model and its twin that compute something else are refused."""

import keras as keras3_library
import pytest

from lth_keras import keras3
from lth_keras.errors import ConfigurationError


def test_an_activation_that_means_something_else_is_noticed():
    inputs = keras3_library.Input((4,))
    model = keras3_library.Model(
        inputs, keras3_library.layers.Dense(2, "hard_sigmoid")(inputs), name="m")
    with pytest.raises(ConfigurationError, match="'m' and its twin .* differ by") as caught:
        keras3.to_tf_keras(model)
    assert "\n" not in str(caught.value)
