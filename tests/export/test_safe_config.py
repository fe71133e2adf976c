"""A stored configuration that names code to run is not built."""

import numpy as np
import pytest

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.export.safe_config import check_config

WEIGHTS = {"fc/kernel": np.zeros((4, 6), np.float32)}


def layer(kind="Dense", module="keras.layers", registered=None, **config):
    return {"layers": [{"class_name": kind, "module": module, "registered_name": registered,
                        "config": config}]}


def test_a_built_in_model_is_taken():
    model = keras.Sequential([
        keras.Input((4,)), keras.layers.Dense(6, "relu", name="fc"),
        keras.layers.BatchNormalization(), keras.layers.Dropout(0.5)])
    check_config(model.get_config(), WEIGHTS, "run")


@pytest.mark.parametrize("config, said", [
    (layer("Lambda"), "has a 'Lambda' of keras.layers, which is built by running code"),
    (layer("system", "os"), "has a 'system' of os"),
    (layer("Dense", "mine.layers"), "has a 'Dense' of mine.layers"),
    (layer("Dense", registered="mine>Dense"), "has a 'Dense'"),
    (layer("Dense", activation={"class_name": "function", "module": "builtins"}),
     "has a 'function' of builtins"),
    (layer(units=7), "has units = 7, and no stored array has so long a side"),
])
def test_anything_else_is_refused(config, said):
    with pytest.raises(ConfigurationError, match=f"the model stored in run {said}"):
        check_config(config, WEIGHTS, "run")


def test_nested_without_end():
    config = {}
    config["config"] = config
    with pytest.raises(ConfigurationError, match="nested without end"):
        check_config(config, WEIGHTS, "run")


def test_a_class_that_this_program_has_registered_is_taken(monkeypatch):
    monkeypatch.setitem(keras.saving.get_custom_objects(), "mine>Odd", object)
    check_config(layer("Odd", "mine", registered="mine>Odd"), WEIGHTS, "run")
