"""The small networks: sizes, shapes, initialisation, width, and what a model may be."""

import math

import numpy as np
import pytest

from lth_keras import models, pruning
from lth_keras.compat import keras, keras_backend
from lth_keras.errors import ConfigurationError
from lth_keras.variables import named_variables, snapshot


def prunable_size(model):
    return sum(weight.size for weight in pruning.prunable_weights(model))


@pytest.mark.parametrize("model_fn, shape, classes, prunable, parameters", [
    (models.lenet_300_100, (28, 28, 1), 10, 266_200, 266_610),
    (models.lenet_300_100, (40,), 3, 42_300, 42_703),
    (models.lenet_5, (32, 32, 3), 10, 61_770, 62_006),
    (models.lenet_5, (28, 28, 1), 7, 43_938, None),
])
def test_sizes(model_fn, shape, classes, prunable, parameters):
    model = models.build(model_fn, shape, classes)
    assert model.output_shape == (None, classes)
    assert prunable_size(model) == prunable
    if parameters is not None:
        assert model.count_params() == parameters


@pytest.mark.parametrize("model_fn, shape", [
    (models.lenet_300_100, (28, 28, 1)), (models.lenet_5, (32, 32, 3)),
])
def test_default_initialisation_is_uniform_within_the_root_of_fan_in(model_fn, shape):
    weights = snapshot(named_variables(models.build_seeded(model_fn, shape, 10, 3)))
    for key, kernel in weights.items():
        if not key.endswith("/kernel"):
            continue
        bound = 1 / math.sqrt(math.prod(kernel.shape[:-1]))
        bias = weights[key.replace("/kernel", "/bias")]
        assert np.abs(kernel).max() <= bound and np.abs(bias).max() <= bound
        assert np.any(bias != 0)
        # A uniform's standard deviation is bound/√3; its relative error is about 0.45/√n.
        assert kernel.std() == pytest.approx(bound / math.sqrt(3), rel=3 / math.sqrt(kernel.size))


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


@pytest.mark.parametrize("target", [69_780, 28_580, 266_200, 300_000, 1_000])
def test_closest_width(target):
    def count(width):
        hidden, second = models.scaled(300, width), models.scaled(100, width)
        return 784 * hidden + hidden * second + second * 10

    width, size = models.closest_width(count, target)
    assert size == count(width)
    best = min(abs(count(i / 3000) - target) for i in range(1, 3001))
    assert abs(size - target) == best


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
])
def test_refused(model_fn, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        models.build(model_fn, (5,), 3)
    assert "\n" not in str(caught.value)
