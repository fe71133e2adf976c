"""`twin_of`: a layer of the other library, or one line that names the layer."""

import keras as keras3_library
import numpy as np
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


@pytest.mark.parametrize("make", [
    lambda: LAYERS.RandomFlip("horizontal"), lambda: LAYERS.RandomRotation(0.1),
    lambda: LAYERS.RandomZoom(0.1), lambda: LAYERS.RandomTranslation(0.1, 0.1),
    lambda: LAYERS.RandomContrast(0.1)])
def test_layers_of_augmentation_have_a_counterpart(make):
    layer = make()
    assert type(twin_of(layer, KERAS_3, TF_KERAS)).__name__ == type(layer).__name__


def test_a_layer_that_was_adapted_is_refused():
    layer = LAYERS.Normalization(name="normal")
    twin_of(layer, KERAS_3, TF_KERAS)
    layer.adapt(np.arange(8, dtype=np.float32).reshape(4, 2))
    with pytest.raises(ConfigurationError, match=r"'normal' .* it was adapted to data; give"):
        twin_of(layer, KERAS_3, TF_KERAS)


def test_arguments_of_another_name_are_translated():
    twin = twin_of(LAYERS.LeakyReLU(0.25, name="leaky"), KERAS_3, TF_KERAS)
    assert type(twin) is tf_keras.layers.LeakyReLU
    assert (twin.name, float(twin.alpha)) == ("leaky", 0.25)


def test_slashes_in_names_are_none_in_keras_3():
    assert twin_of(tf_keras.layers.Dense(2, name="a/b"), TF_KERAS, KERAS_3).name == "a_b"
