"""Tickets of a Keras 3 model: they come back as Keras 3 models, and go into a user's model."""

import keras
import numpy as np
import pytest

import lth_keras
from lth_keras import models
from lth_keras.compat import keras as tf_keras
from lth_keras.errors import ConfigurationError
from lth_keras.export import load_ticket
from lth_keras.export.ticket import write_ticket
from lth_keras.variables import named_variables, snapshot


def build(input_shape, num_classes):
    inputs = keras.Input(input_shape)
    x = keras.layers.Dense(6, activation="relu", name="fc1")(inputs)
    x = x + keras.layers.Dense(6, activation="relu")(x)  # Keras makes up its name.
    return keras.Model(inputs, keras.layers.Dense(num_classes, name="output")(x), name="mine")


def sequential(input_shape, num_classes):
    del input_shape  # and it is not told its input's shape
    return keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(num_classes)])


def examples(count, seed):
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    images = random.normal(size=(count, 5)).astype(np.float32)
    images[np.arange(count), labels] += 2
    return images, labels


TRAIN, TEST = examples(60, 1), examples(30, 2)


@pytest.fixture(scope="module")
def tickets(tmp_path_factory):
    return lth_keras.find_ticket(
        build, TRAIN, TEST, rounds=2, rate=0.5, duration="2ep", batch_size=6, jit=False,
        progress=False, output_dir=tmp_path_factory.mktemp("runs"))


def test_a_keras_3_model_has_tickets(tickets):
    assert set(tickets[2].masks) == {"fc1/kernel", "dense/kernel", "output/kernel"}
    assert tickets[2].kept_weights == {"fc1/kernel": 8, "dense/kernel": 9, "output/kernel": 5}
    for key, mask in tickets[2].masks.items():
        assert np.all(mask <= tickets[1].masks[key]), key
        assert not tickets[2].trained_weights[key][~mask].any(), key
    assert isinstance(tickets[2].model(), tf_keras.Model)


def two_heads(input_shape, num_classes):
    inputs = keras.Input(input_shape)
    x = keras.layers.Dense(6, activation="relu", name="fc1")(inputs)
    return keras.Model(inputs, [keras.layers.Dense(1, name="age")(x),
                                keras.layers.Dense(num_classes, name="kind")(x)], name="mine")


def test_equal_names_of_outputs_are_told_apart_as_tf_keras_does(tmp_path):
    def twice(input_shape, num_classes):
        inputs = keras.Input(input_shape)
        head = keras.layers.Dense(num_classes, name="head")
        first = keras.layers.Dense(6, activation="relu", name="fc1")(inputs)
        second = keras.layers.Dense(6, activation="tanh", name="fc2")(inputs)
        return keras.Model(inputs, [head(first), head(second)])

    for output, used in (("head", "fc1"), ("head_1", "fc2")):
        found = lth_keras.find_ticket(
            twice, TRAIN, TEST, output=output, rounds=1, rate=0.5, duration="2it", batch_size=6,
            jit=False, progress=False, output_dir=tmp_path)
        model, x = found.model(1, keras=3), found.normalize(TEST[0])
        assert used in [layer.name for layer in model.layers]
        assert np.allclose(model(x).numpy(), found.model(1)(x).numpy(), atol=1e-5)


def test_of_several_outputs_the_one_with_labels_comes_back(tmp_path):
    found = lth_keras.find_ticket(
        two_heads, TRAIN, TEST, output="kind", rounds=1, rate=0.5, duration="2it", batch_size=6,
        jit=False, progress=False, output_dir=tmp_path)
    model = found.model(1, keras=3)
    assert isinstance(model, keras.Model) and model.output_names == ["kind"]
    x = found.normalize(TEST[0])
    assert np.allclose(model(x).numpy(), found.model(1)(x).numpy(), atol=1e-5)


def test_the_ticket_comes_back_as_the_readers_own_model(tickets):
    ticket = tickets[2]
    model = ticket.model(keras=3)
    assert isinstance(model, keras.Model) and model.name == "mine"
    assert type(model).__module__.startswith("keras.")
    predicted = np.argmax(model(tickets.normalize(TEST[0])).numpy(), -1)
    assert np.mean(predicted == TEST[1]) == pytest.approx(ticket.test_accuracy)
    for name, key in (("fc1", "fc1/kernel"), ("output", "output/kernel")):
        kernel = model.get_layer(name).kernel.numpy()
        assert kernel.tobytes() == ticket.trained_weights[key].tobytes()
        assert np.count_nonzero(kernel) == ticket.kept_weights[key]
    with pytest.raises(ConfigurationError, match=r"keras is 4; expected 2 \(tf_keras\) or 3"):
        ticket.model(keras=4)


@pytest.mark.parametrize("weights", ["trained", "rewound"])
def test_a_ticket_is_put_into_models_of_either_keras(tickets, weights):
    arrays = getattr(tickets[1], f"{weights}_weights")
    with pytest.raises(ConfigurationError, match="the ticket does not fit the model"):
        tickets[1].assign_to(sequential_built())
    own = models.build_keras3(build, (5,), 3)
    tickets[1].assign_to(own, weights)
    assert own.get_layer("dense").kernel.numpy().tobytes() == arrays["dense/kernel"].tobytes()
    plain = models.build(build, (5,), 3)
    tickets[1].assign_to(plain, weights)
    for key, variable in named_variables(plain).items():
        assert variable.numpy().tobytes() == arrays[key].tobytes()


def sequential_built():
    model = sequential((5,), 3)
    model.build((None, 5))
    return model


def test_a_ticket_file_is_put_into_a_keras_3_model(tickets, tmp_path):
    masks, weights = tickets[2].masks, tickets[2].rewound_weights
    write_ticket(tmp_path, masks, weights, 0, {})
    own = models.build_keras3(build, (5,), 3)
    load_ticket(tmp_path, own).assign_to(own)
    assert own.get_layer("dense").kernel.numpy().tobytes() == weights["dense/kernel"].tobytes()
    with pytest.raises(ConfigurationError, match="does not fit the model"):
        load_ticket(tmp_path, sequential_built())


def test_a_seed_decides_the_initialisation_of_a_keras_3_model():
    draws = [snapshot(named_variables(models.build_seeded(sequential, (5,), 3, seed)))
             for seed in (5, 5, 6)]
    assert set(draws[0]) == {"dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"}
    assert draws[0]["dense/kernel"].tobytes() == draws[1]["dense/kernel"].tobytes()
    assert draws[0]["dense/kernel"].tobytes() != draws[2]["dense/kernel"].tobytes()


def test_a_tf_keras_function_gives_a_keras_3_model_too():
    def plain(input_shape, num_classes):
        return tf_keras.Sequential(
            [tf_keras.Input(input_shape), tf_keras.layers.Dense(num_classes, name="output")])

    model = models.build_keras3(plain, (5,), 3)
    assert isinstance(model, keras.Sequential) and model.layers[0].name == "output"


def test_a_model_that_cannot_be_rebuilt_is_refused_before_anything_is_written(tmp_path):
    def unknown(input_shape, num_classes):
        return keras.Sequential([keras.Input(input_shape), keras.layers.RMSNormalization(),
                                 keras.layers.Dense(num_classes)])

    for model, message in ((unknown, "tf_keras has no RMSNormalization"),
                           (sequential_built(), "model is a Sequential; expected a function")):
        with pytest.raises(ConfigurationError, match=message):
            lth_keras.find_ticket(model, TRAIN, TEST, output_dir=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()
