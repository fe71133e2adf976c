"""The LeNets: their sizes and their default initialisation."""

import functools
import math

import numpy as np
import pytest

from lth_keras import models, pruning
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


def test_examples_of_unit_length():
    # The network sees the direction of an example alone: ten times the image gives the same logits.
    images = np.random.default_rng(0).uniform(0, 1, (4, 28, 28, 1)).astype(np.float32)
    plain = models.build_seeded(models.lenet_300_100, (28, 28, 1), 10, 3)
    scaled = models.build_seeded(
        functools.partial(models.lenet_300_100, unit_length=True), (28, 28, 1), 10, 3)
    scaled.set_weights(plain.get_weights())
    lengths = np.linalg.norm(images, axis=(1, 2), keepdims=True)
    logits = scaled(images).numpy()
    np.testing.assert_allclose(logits, plain(images / lengths).numpy(), atol=1e-6)
    np.testing.assert_allclose(logits, scaled(10 * images).numpy(), atol=1e-6)
    assert np.abs(logits - plain(images).numpy()).max() > 0.01
