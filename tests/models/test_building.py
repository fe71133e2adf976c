"""Building a model: its seed, whose random state it leaves alone, what a model may be."""

import numpy as np
import pytest

from lth_keras import models
from lth_keras.compat import keras, keras_backend
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.variables import named_variables, snapshot


def test_a_damaged_file_stays_one():
    def damaged(input_shape, classes):
        raise RunError("the file is damaged")

    with pytest.raises(RunError, match="^the file is damaged$"):
        models.build(damaged, (5,), 3)


def test_one_seed_one_initialisation():
    draws = [
        snapshot(named_variables(models.build_seeded(models.lenet_300_100, (9,), 3, seed)))
        for seed in (5, 5, 6)
    ]
    assert set(draws[0]) == {f"{layer}/{part}" for layer in ("fc1", "fc2", "output")
                             for part in ("kernel", "bias")}
    for key in draws[0]:
        assert draws[0][key].tobytes() == draws[1][key].tobytes()
        assert draws[0][key].tobytes() != draws[2][key].tobytes()


def test_a_seed_that_the_caller_gave_keras_changes_nothing():
    def draw():
        return snapshot(named_variables(models.build_seeded(models.lenet_300_100, (6,), 3, 5)))

    before = draw()
    try:
        keras.utils.set_random_seed(1)
        after, again = draw(), draw()
        drawn = keras.initializers.RandomNormal()((3,)).numpy()
        keras.utils.set_random_seed(1)
        assert (drawn == keras.initializers.RandomNormal()((3,)).numpy()).all()
    finally:
        keras_backend._SEED_GENERATOR.generator = None
    for key, array in before.items():
        assert array.tobytes() == after[key].tobytes() == again[key].tobytes()


def test_building_does_not_touch_the_callers_random_state():
    np.random.seed(1)
    expected = np.random.random(3)
    np.random.seed(1)
    models.build_seeded(models.lenet_300_100, (9,), 3, 5)
    np.testing.assert_array_equal(np.random.random(3), expected)


class Subclassed(keras.Model):
    def call(self, inputs):
        return inputs


@pytest.mark.parametrize("model_fn, message", [
    (lambda shape, classes: None, "returned a builtins.NoneType"),
    (lambda shape, classes: Subclassed(), "subclassed Keras model"),
    (lambda shape, classes: keras.Sequential([keras.Input(shape), keras.layers.Dense(4)]),
     r"outputs of shape \(None, 4\); expected \(None, 3\)"),
    (lambda shape, classes: models.lenet_5((4, 4, 1), classes), "cannot be built"),
    (lambda shape: None, "cannot be built"),
    (lambda shape, classes: shape[2], "cannot be built .*: IndexError: tuple index out of range"),
    (lambda shape, classes: {}["image"], "cannot be built .*: KeyError: 'image'"),
    (lambda shape, classes: 1 / 0, "cannot be built .*: division by zero"),
])
def test_refused(model_fn, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        models.build(model_fn, (5,), 3)
    assert "\n" not in str(caught.value)
