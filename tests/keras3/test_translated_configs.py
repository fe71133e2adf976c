"""`twin_of`: a layer of the other library, or one line that names the layer."""

import keras as keras3_library
import pytest

from lth_keras.compat import keras as tf_keras
from lth_keras.errors import ConfigurationError
from lth_keras.keras3.library import KERAS_3, TF_KERAS
from lth_keras.keras3.translated_configs import twin_of

LAYERS = keras3_library.layers


class OwnDense(LAYERS.Dense):
    pass


@pytest.mark.parametrize("make, message", [
    (lambda: LAYERS.RMSNormalization(name="rms"),
     r"layer 'rms' \(RMSNormalization\) .* tf_keras has no RMSNormalization"),
    (lambda: OwnDense(2, name="own"), r"'own' \(OwnDense\) .* no built-in layer"),
    (lambda: LAYERS.Lambda(lambda x: x, name="code"), "'code' .* Python code"),
    (lambda: LAYERS.Dense(2, "celu", name="d"), "'d' .* activation function 'celu'"),
    (lambda: LAYERS.Dense(2, dtype="mixed_float16", name="d"),
     "'d' .* precision is mixed_float16; build the model in float32"),
])
def test_what_has_no_counterpart_is_named(make, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        twin_of(make(), KERAS_3, TF_KERAS)
    assert "\n" not in str(caught.value)


def test_arguments_of_another_name_are_translated():
    twin = twin_of(LAYERS.LeakyReLU(0.25, name="leaky"), KERAS_3, TF_KERAS)
    assert type(twin) is tf_keras.layers.LeakyReLU
    assert (twin.name, float(twin.alpha)) == ("leaky", 0.25)


def test_slashes_in_names_are_none_in_keras_3():
    assert twin_of(tf_keras.layers.Dense(2, name="a/b"), TF_KERAS, KERAS_3).name == "a_b"
