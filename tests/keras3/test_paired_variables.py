"""`named_variables_of`: a model's own variables, by the names of a run's files."""

import keras as keras3_library
import pytest

from lth_keras import keras3
from lth_keras.compat import keras as tf_keras


@pytest.mark.parametrize("keras", [keras3_library, tf_keras], ids=["Keras 3", "tf_keras"])
def test_the_variables_are_the_models_own(keras):
    model = keras.Sequential([
        keras.Input((3,)), keras.layers.Dense(2, name="fc"),
        keras.layers.BatchNormalization(name="bn")])
    found = keras3.named_variables_of(model)
    assert sorted(found) == ["bn/beta", "bn/gamma", "bn/moving_mean", "bn/moving_variance",
                             "fc/bias", "fc/kernel"]
    dense, normalization = model.layers[-2:]
    assert found["fc/kernel"] is dense.kernel and found["fc/bias"] is dense.bias
    assert found["bn/moving_mean"] is normalization.moving_mean
