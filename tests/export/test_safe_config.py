"""A stored configuration that names code to run is not built."""

import json

import numpy as np
import pytest

from lth_keras.compat import keras, tf
from lth_keras.data import input_fields
from lth_keras.errors import ConfigurationError
from lth_keras.export.safe_config import check_config
from lth_keras.export.stored_network import build
from lth_keras.models.model_interface import ModelInterface, joined
from lth_keras.variables import named_variables

L = keras.layers
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
    (layer("Lambda"), "has a 'Lambda' of keras.layers, which is not on the list"),
    (layer("TFOpLambda", function="io.write_file"), "has the operation 'tf.io.write_file', which"),
    (layer("TFOpLambda", function="compat.v1.py_func"), "has the operation 'tf.py_func', which"),
    (layer("TFOpLambda", "os", function="math.add"), "has a 'TFOpLambda' of os"),
    ({"layers": [layer("TFOpLambda", function="compat.v1.pad")["layers"][0] | {
        "inbound_nodes": [["x", 0, 0, {"paddings": [[0, 0], [0, 10**9]]}]]}]},
     r"calls pad with 1e\+09, and no stored array"),
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


def sum_of_operators():
    x = given = keras.Input((5,))
    x = x + L.Dense(5, name="fc")(tf.cast(x, tf.float32)) * 0.5
    x = tf.nn.gelu(tf.concat([x, tf.expand_dims(given, 1)[:, 0, :-1]], -1))
    return keras.Model(given, L.Dense(2, name="output")(x))


def one_logit_for_two_classes():
    model = keras.Sequential([keras.Input((4,)), L.Dense(1, name="output")])
    return joined(model, ModelInterface(one_for_two=True), (4,), (2,), "made")


def two_inputs():
    one, other = keras.Input((4,)), keras.Input((2, 3), dtype="int32")
    x = L.Concatenate()([L.Dense(3)(one), L.Flatten()(L.Embedding(9, 2)(L.Flatten()(other)))])
    fields = input_fields((np.zeros((3, 4), np.float32), np.zeros((3, 2, 3), int)), "made")
    model = keras.Model([one, other], L.Dense(2)(x))
    return joined(model, ModelInterface(inputs=fields), (10,), (2,), "made")


def augmented():
    return keras.Sequential([keras.Input((4, 4, 1)), L.RandomFlip(), L.RandomContrast(0.1),
                             L.Conv2D(2, 3), L.Flatten(), L.Dense(2)])


def film():
    return keras.Sequential([keras.Input((3, 4, 4, 1)), L.ConvLSTM2D(2, 3), L.Flatten(),
                             L.SpectralNormalization(L.Dense(2), name="normal")])


@pytest.mark.parametrize("make", [
    sum_of_operators, one_logit_for_two_classes, two_inputs, augmented, film])
def test_what_the_guides_allow_is_built_again(make):
    """A run stores the configuration as JSON."""
    model = make()
    weights = {key: each.numpy() for key, each in named_variables(model).items()}
    config = json.loads(json.dumps(model.get_config(), default=lambda each: each.name))
    shape = model.input_shape[1:]
    again = build(config, weights, shape)
    x = np.random.default_rng(0).uniform(1, 8, (3, *shape)).astype(np.float32)
    assert np.array_equal(again(x, training=False), model(x, training=False))


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
