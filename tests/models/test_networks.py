"""The networks of the papers: their sizes, their initialisation, and that each can be trained."""

import numpy as np
import pytest

from lth_keras import models, pruning
from lth_keras.compat import keras
from lth_keras.data import from_arrays
from lth_keras.errors import ConfigurationError
from lth_keras.masks import apply
from lth_keras.pruning import RewindingSchedule
from lth_keras.training import SGD, DataOrder, Trainer, TrainState
from lth_keras.variables import named_variables, snapshot

IMAGE = (32, 32, 3)

# Model, its arguments, input shape; prunable weights, those of convolutions, trainable parameters.
SIZES = [
    # LTH, figure 2: 4.3M weights, 38K of them in convolutions.
    (models.conv_2, {}, IMAGE, 4_300_992, 38_592, 4_301_642),
    # LTH, figure 2: 2.4M and 260K.
    (models.conv_4, {}, IMAGE, 2_425_024, 259_776, 2_425_930),
    # LTH, figure 2: 1.1M in convolutions. Its total, 1.7M, is not the sum of its layers; that is
    # 2,261,184, as also Ramanujan et al. 2020 count Conv-6.
    (models.conv_6, {}, IMAGE, 2_261_184, 1_144_512, 2_262_602),
    # LTH, figure 2: 274K (274,042 with the moving statistics) and 270K.
    (models.resnet, {}, IMAGE, 270_896, 270_256, 272_474),
    # He et al. 2016, table 6, option A: 0.27M, 0.46M, 0.85M, 1.7M parameters.
    (models.resnet, {"shortcut": "A"}, IMAGE, 268_336, 267_696, 269_722),
    (models.resnet, {"shortcut": "A", "depth": 32}, IMAGE, 461_872, 461_232, 464_154),
    (models.resnet, {"shortcut": "A", "depth": 56}, IMAGE, 848_944, 848_304, 853_018),
    (models.resnet, {"shortcut": "A", "depth": 110}, IMAGE, 1_719_856, 1_719_216, 1_727_962),
    # LMC, table 1: VGG-16 on CIFAR-10 with 14.7M parameters.
    (models.vgg_16, {}, IMAGE, 14_715_584, 14_710_464, 14_728_266),
    # LTH, figure 2: 20.0M.
    (models.vgg_19, {}, IMAGE, 20_024_000, 20_018_880, 20_040_522),
    # SNIP, table 2: AlexNet-s 5.1M, AlexNet-b 8.5M.
    (models.alexnet_small, {}, IMAGE, 5_066_784, 3_745_824, 5_077_066),
    (models.alexnet_small, {"hidden": 2048}, IMAGE, 8_484_896, 3_745_824, 8_501_322),
    # Huang et al. 2017, table 2: 1.0M, 7.0M; DenseNet-BC 0.8M.
    (models.densenet, {}, IMAGE, 1_001_616, 997_136, 1_019_722),
    (models.densenet, {"depth": 100}, IMAGE, 6_862_416, 6_850_736, 6_979_642),
    (models.densenet, {"depth": 100, "bottleneck": True}, IMAGE, 745_164, 741_744, 769_162),
    # Greydanus & Kobak: 40-500-500-10; 40·500 + 500·500 + 500·10, and 1,010 biases.
    (models.residual_mlp, {}, (40,), 275_000, 0, 276_010),
]

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


@pytest.mark.parametrize("model_fn, arguments, shape, prunable, conv, trainable", SIZES, ids=name)
def test_sizes_are_the_literatures(model_fn, arguments, shape, prunable, conv, trainable):
    model = models.build(model_fn, shape, 10, **arguments)
    weights = pruning.prunable_weights(model)
    assert sum(weight.size for weight in weights) == prunable
    assert sum(weight.size for weight in weights if weight.kind == "conv") == conv
    assert sum(int(np.prod(each.shape)) for each in model.trainable_variables) == trainable
    assert [weight.layer for weight in weights if weight.is_output] == ["output"]


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


@pytest.mark.parametrize("model_fn, arguments, gain, fans", [
    (models.conv_2, {}, 2, 2),  # Glorot: 2 / (fan_in + fan_out)
    (models.resnet, {}, 2, 1),  # He: 2 / fan_in
    (models.vgg_16, {"width": 0.5}, 2, 1),
    (models.alexnet_small, {"width": 0.5}, 2, 1),
    (models.densenet, {"growth": 24, "depth": 13}, 2, 1),
], ids=name)
def test_default_initialisation_has_the_papers_variance(model_fn, arguments, gain, fans):
    model = models.build_seeded(model_fn, IMAGE, 10, 3, **arguments)
    largest = max(pruning.prunable_weights(model), key=lambda weight: weight.size)
    kernel = snapshot(named_variables(model))[largest.key]
    field = int(np.prod(kernel.shape[:-2]))
    fan = field * kernel.shape[-2] + (field * kernel.shape[-1] if fans == 2 else 0)
    # A standard deviation's relative error over n draws is about 1/√(2n).
    assert kernel.std() == pytest.approx((gain / fan) ** 0.5, rel=3 / kernel.size**0.5)


def test_batch_normalisation_has_pytorchs_constants():
    model = models.build(models.resnet, (8, 8, 3), 4, depth=8, width=0.25)
    layer = model.get_layer("conv_bn")
    assert (layer.momentum, layer.epsilon) == (0.9, 1e-5)
    assert np.array_equal(layer.gamma.numpy(), np.ones(4))


def test_gamma_may_be_drawn_uniformly():
    layer = models.batch_normalization("bn", gamma="uniform")
    layer.build((None, 1000))
    gamma = layer.gamma.numpy()
    assert 0 <= gamma.min() < 0.05 and 0.95 < gamma.max() < 1


def test_the_shortcut_of_option_a_takes_every_second_pixel_and_pads_channels_on_both_sides():
    model = models.build(models.resnet, (4, 4, 1), 2, depth=8, shortcut="A")
    part = keras.Model(model.get_layer("stage1_block1_relu").output,
                       model.get_layer("stage2_block1_shortcut_last").output)
    x = np.random.default_rng(0).normal(size=(1, 4, 4, 16)).astype(np.float32)
    expected = np.zeros((1, 2, 2, 32), np.float32)
    expected[..., 8:24] = x[:, ::2, ::2]
    np.testing.assert_array_equal(part(x), expected)


def test_the_residual_connection_goes_around_the_second_layer():
    model = models.build_seeded(models.residual_mlp, (3,), 2, 0, hidden=4)
    weights = snapshot(named_variables(model))
    x = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    first = np.maximum(x @ weights["fc1/kernel"] + weights["fc1/bias"], 0)
    second = first + np.maximum(first @ weights["fc2/kernel"] + weights["fc2/bias"], 0)
    expected = second @ weights["output/kernel"] + weights["output/bias"]
    np.testing.assert_allclose(model(x), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("model_fn, arguments, message", [
    (models.resnet, {"depth": 21}, "resnet.depth is 21; expected 6n"),
    (models.resnet, {"depth": 2}, "resnet.depth is 2;"),
    (models.resnet, {"shortcut": "C"}, "resnet.shortcut is 'C'"),
    (models.densenet, {"depth": 41}, "densenet.depth is 41; expected 3n"),
    (models.densenet, {"depth": 43, "bottleneck": True}, "densenet.depth is 43; expected 6n"),
    (models.densenet, {"growth": 0}, "densenet.growth is 0"),
])
def test_refused(model_fn, arguments, message):
    with pytest.raises(ConfigurationError, match=message):
        models.build(model_fn, IMAGE, 10, **arguments)


def test_gamma_is_checked():
    with pytest.raises(ConfigurationError, match="gamma is 'zeros'"):
        models.batch_normalization("bn", gamma="zeros")
