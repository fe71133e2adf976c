"""A stored configuration that names code to run is not built."""

import numpy as np
import pytest

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.export.safe_config import check_config
from lth_keras.export.stored_network import build
from lth_keras.variables import named_variables

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
    (layer("Conv2D", kernel_size=[3, 20000]), r"has kernel_size = \[3, 20000\], and no stored"),
    (layer("MaxPooling2D", pool_size=[9, 2]), r"has pool_size = \[9, 2\], and no stored"),
    (layer("UpSampling1D", size=9), "has size = 9, and no stored"),
    (layer("ZeroPadding2D", padding=[[0, 10**9], [0, 0]]), "has padding = .*, and no stored"),
    (layer("InputLayer", batch_input_shape=[None, 10**5, 10**5, 1]),
     r"takes inputs of shape \(100000, 100000, 1\), and the data's are \(8,\); it was altered"),
])
def test_anything_else_is_refused(config, said):
    with pytest.raises(ConfigurationError, match=f"the model stored in run {said}"):
        check_config(config, WEIGHTS, "run", (8,))


def test_no_variable_gets_more_room_than_is_stored():
    """No side is too long here: it is their product that would fill the memory."""
    weights = {"conv/kernel": np.zeros((500, 2), np.float32)}
    model = keras.Sequential([keras.Input((500, 500, 1)), keras.layers.Conv2D(2, 1)]).get_config()
    for each in model["layers"]:
        if each["class_name"] == "Conv2D":
            each["config"] |= {"kernel_size": [500, 500], "filters": 500}
    with pytest.raises(ConfigurationError, match=r"'kernel' of shape \(500, 500, 1, 500\), and so"):
        build(model, weights, (500, 500, 1))


def test_layers_with_states_of_their_own_have_room():
    layers = keras.layers
    model = keras.Sequential([
        keras.Input((4, 6)), layers.Dropout(0.5), layers.GRU(3, dropout=0.1), layers.Dense(2)])
    weights = {key: each.numpy() for key, each in named_variables(model).items()}
    built = build(model.get_config(), weights, (4, 6))
    assert all(np.array_equal(each, weights[key]) for key, each in named_variables(built).items())


def test_nested_without_end():
    config = {}
    config["config"] = config
    with pytest.raises(ConfigurationError, match="nested without end"):
        check_config(config, WEIGHTS, "run")


def test_a_class_that_this_program_has_registered_is_taken(monkeypatch):
    monkeypatch.setitem(keras.saving.get_custom_objects(), "mine>Odd", object)
    check_config(layer("Odd", "mine", registered="mine>Odd"), WEIGHTS, "run")
