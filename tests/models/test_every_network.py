"""Every network: that it trains under a mask, and what a rewind point holds."""

import numpy as np
import pytest

from lth_keras import models
from lth_keras.compat import keras
from lth_keras.data import from_arrays
from lth_keras.masks import apply
from lth_keras.pruning import RewindingSchedule
from lth_keras.training import SGD, DataOrder, Trainer, TrainState
from lth_keras.variables import named_variables, snapshot

IMAGE = (32, 32, 3)
# Model and arguments that make it quick to train, on small images.
SMALL = [
    (models.conv_2, {"width": 0.05}, (8, 8, 3)),
    (models.conv_4, {"width": 0.05}, (8, 8, 3)),
    (models.conv_6, {"width": 0.05}, (8, 8, 3)),
    (models.resnet, {"width": 0.25, "depth": 8}, (8, 8, 3)),
    (models.resnet, {"width": 0.25, "depth": 8, "shortcut": "A"}, (8, 8, 3)),
    (models.vgg_16, {"width": 0.05}, (16, 16, 3)),
    (models.vgg_19, {"width": 0.05}, (16, 16, 3)),
    (models.alexnet_small, {"width": 0.05}, (8, 8, 3)),
    (models.densenet, {"width": 0.5, "depth": 7}, (8, 8, 3)),
    (models.densenet, {"width": 0.5, "depth": 10, "bottleneck": True}, (8, 8, 3)),
    (models.residual_mlp, {"width": 0.05}, (40,)),
    (models.vision_transformer, {"units": 8, "depth": 1, "heads": 2, "patch": 4}, (8, 8, 1)),
    (models.token_transformer, {"units": 8, "depth": 1, "heads": 2}, (6,)),
]


def name(value):
    if callable(value):
        return value.__name__
    return "-".join(map(str, value.values())) if isinstance(value, dict) else None


def generated(shape, classes=4, examples=24):
    random = np.random.default_rng(0)
    images = random.normal(size=(examples, *shape)).astype(np.float32)
    if shape == (6,):
        images = np.floor(np.abs(images))  # Tokens.
    labels = np.arange(examples) % classes
    return from_arrays(images, labels, images, labels)


@pytest.mark.parametrize("model_fn, arguments, shape", SMALL, ids=name)
def test_wraps_and_trains_two_steps_under_a_mask(model_fn, arguments, shape):
    data = generated(shape)
    model = models.build_seeded(model_fn, shape, 4, 1, **arguments)
    trainer = Trainer(model, RewindingSchedule(rounds=1), SGD(learning_rate=0.01), data, 8,
                      jit=False)
    random = np.random.default_rng(1)
    masks = {weight.key: random.random(weight.shape) < 0.7 for weight in trainer.prunable}
    start = TrainState(snapshot(named_variables(model)), masks)
    trainer.load(start)
    trainer.train(DataOrder(0, data.train_size, 8), 2)
    state = trainer.state()  # which checks that the masks are applied
    assert state.step == 2
    assert trainer.trace_counts()["train"] == 1
    for key, weights in state.weights.items():
        assert np.all(np.isfinite(weights)), key
    moved = [key for key in masks if not np.array_equal(
        state.weights[key], apply(masks, start.weights)[key])]
    assert moved == list(masks)
    assert np.all(np.isfinite(trainer.evaluate("test")))

    trainer.load(start)
    expected = apply(masks, start.weights)
    for key, weights in trainer.state().weights.items():
        assert weights.tobytes() == expected[key].tobytes(), key


@pytest.mark.parametrize("model_fn, arguments, shape", SMALL[3:10], ids=name)
def test_moving_statistics_are_weights_and_so_part_of_a_rewind_point(model_fn, arguments, shape):
    model = models.build(model_fn, shape, 4, **arguments)
    keys = set(named_variables(model))
    layers = [layer.name for layer in model.layers
              if isinstance(layer, keras.layers.BatchNormalization)]
    assert layers
    for layer in layers:
        assert {f"{layer}/{part}" for part in
                ("gamma", "beta", "moving_mean", "moving_variance")} <= keys


def test_rewinding_brings_the_moving_statistics_back():
    data = generated((8, 8, 3))
    model = models.build_seeded(models.resnet, (8, 8, 3), 4, 1, width=0.25, depth=8)
    trainer = Trainer(model, RewindingSchedule(rounds=1), SGD(learning_rate=0.01), data, 8,
                      jit=False)
    order = DataOrder(0, data.train_size, 8)
    masks = {weight.key: np.ones(weight.shape, bool) for weight in trainer.prunable}
    trainer.load(TrainState(snapshot(named_variables(model)), masks))
    trainer.train(order, 1)
    point = trainer.state()
    key = "stage1_block1_conv1_bn/moving_variance"
    assert not np.array_equal(point.weights[key], np.ones(4, np.float32))
    trainer.train(order, 2)
    trained = trainer.state()
    assert not np.array_equal(trained.weights[key], point.weights[key])
    trainer.load(point)
    trainer.train(order, 2)
    again = trainer.state()
    for key, weights in trained.weights.items():
        assert weights.tobytes() == again.weights[key].tobytes(), key
