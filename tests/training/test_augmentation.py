"""Crops and flips: reproducible from the seed alone, uniform, and off by default."""

import time

import numpy as np
import pytest

from lth_keras import models
from lth_keras.compat import keras, tf
from lth_keras.data import from_arrays
from lth_keras.errors import ConfigurationError
from lth_keras.experiment.identity import describe
from lth_keras.pruning import RewindingSchedule
from lth_keras.training import SGD, DataOrder, Trainer, TrainState
from lth_keras.training.augmentation import CropAndFlip, check_augmentation
from lth_keras.training.random_resized_crop import RandomResizedCropAndFlip
from lth_keras.variables import named_variables, snapshot

SIDE = 5


def numbered(batch):
    """Images whose first channel is the row from 1, the second the column from 1."""
    rows, columns = np.meshgrid(np.arange(1, SIDE + 1), np.arange(1, SIDE + 1), indexing="ij")
    image = np.stack([rows, columns], -1).astype(np.float32)
    return np.repeat(image[None], batch, 0)


def augmented(augmentation, images, seed=(3, 4), **arguments):
    function = tf.function(augmentation, **arguments)
    return function(tf.constant(images), tf.constant(seed)).numpy()


def reference(image, pad, row, column, flip, fill=0.0):
    """The same in NumPy: the crop that begins at (row, column) of the padded image."""
    padded = np.full((SIDE + 2 * pad, SIDE + 2 * pad, 2), fill, np.float32)
    padded[pad:pad + SIDE, pad:pad + SIDE] = image
    cropped = padded[row:row + SIDE, column:column + SIDE]
    return cropped[:, ::-1] if flip else cropped


def test_one_seed_one_result_with_xla_and_without():
    images = np.random.default_rng(0).normal(size=(64, SIDE, SIDE, 3)).astype(np.float32)
    first = augmented(CropAndFlip(), images)
    assert first.shape == images.shape and first.dtype == images.dtype
    assert augmented(CropAndFlip(), images).tobytes() == first.tobytes()
    assert augmented(CropAndFlip(), images, jit_compile=True).tobytes() == first.tobytes()
    assert augmented(CropAndFlip(), images, (3, 5)).tobytes() != first.tobytes()
    assert augmented(CropAndFlip(), images, (4, 4)).tobytes() != first.tobytes()


def test_every_crop_and_both_sides_come_equally_often():
    pad, batch = 1, 18_000
    made = augmented(CropAndFlip(pad=pad), numbered(batch))
    explained = 0
    for row in range(2 * pad + 1):
        for column in range(2 * pad + 1):
            for flip in (False, True):
                expected = reference(numbered(1)[0], pad, row, column, flip)
                count = int(np.all(made == expected, axis=(1, 2, 3)).sum())
                # Binomial of 18,000 draws at 1/18: 1,000 with a standard deviation of 31.
                assert abs(count - 1000) < 5 * 31, (row, column, flip, count)
                explained += count
    assert explained == batch  # nothing else was made


def test_neighbours_in_a_batch_and_in_time_draw_independently():
    images = numbered(4000)
    flipped = [
        np.all(augmented(CropAndFlip(pad=0), images, (1, step)) == images[:, :, ::-1],
               axis=(1, 2, 3))
        for step in (0, 1)
    ]
    for left, right in ((flipped[0], flipped[1]), (flipped[0][1:], flipped[0][:-1])):
        # The share of equal draws is 1/2 with a standard deviation of 0.008.
        assert abs(np.mean(left == right) - 0.5) < 5 * 0.008


@pytest.mark.parametrize("augmentation", [
    CropAndFlip(pad=0, flip=False), CropAndFlip(pad=0, flip=False, fill=9.0)])
def test_identity_where_nothing_is_asked_for(augmentation):
    images = numbered(7)
    assert augmented(augmentation, images).tobytes() == images.tobytes()


def test_only_flips_without_padding_and_only_crops_without_flipping():
    image = numbered(1)[0]
    flips = {each.tobytes() for each in augmented(CropAndFlip(pad=0), numbered(50))}
    assert flips == {image.tobytes(), image[:, ::-1].tobytes()}
    crops = {each.tobytes() for each in augmented(CropAndFlip(1, flip=False), numbered(300))}
    assert crops == {
        reference(image, 1, row, column, False).tobytes()
        for row in range(3) for column in range(3)
    }


def test_fills_with_its_own_number_per_channel_and_changes_no_pixel():
    fill = (-1.9, 0.1)
    image = numbered(1)[0] / np.float32(3)
    made = augmented(CropAndFlip(2, False, fill), np.repeat(image[None], 600, 0))
    assert {each.tobytes() for each in made} == {
        reference(image, 2, row, column, False, np.float32(fill)).tobytes()
        for row in range(5) for column in range(5)
    }


@pytest.mark.parametrize("arguments, message", [
    ({"pad": -1}, "CropAndFlip.pad is -1"),
    ({"pad": 1.5}, "CropAndFlip.pad is 1.5"),
    ({"flip": 1}, "CropAndFlip.flip is 1"),
    ({"fill": "black"}, "CropAndFlip.fill is 'black'"),
    ({"fill": (0.0, float("nan"))}, "CropAndFlip.fill is"),
    ({"fill": ()}, "CropAndFlip.fill is"),
])
def test_refuses(arguments, message):
    with pytest.raises(ConfigurationError, match=message):
        CropAndFlip(**arguments)


def raises_nothing_said(images, seed):
    raise ZeroDivisionError


@pytest.mark.parametrize("augmentation, shape, message", [
    (CropAndFlip(), (40,), r"given examples of shape \(40,\)"),
    (CropAndFlip(fill=(0.0, 1.0)), (8, 8, 3), "expected one number, or 3"),
    (lambda images, seed: images[:, 1:], (8, 8, 3), "expected images of the shape"),
    (lambda images, seed: tf.cast(images, tf.float16), (8, 8, 3), "expected images of the shape"),
    (lambda images: images, (8, 8, 3), "fails on float images"),
    (lambda images, seed: images.flipped, (8, 8, 3), r"int32 \[2\]: AttributeError: .*'flipped'"),
    (lambda images, seed: {}["flip"], (8, 8, 3), r"int32 \[2\]: KeyError: 'flip'"),
    (raises_nothing_said, (8, 8, 3), "ZeroDivisionError"),
    ("flip", (8, 8, 3), "expected None, or a function"),
])
def test_what_does_not_fit_the_data_is_said_before_training(augmentation, shape, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        check_augmentation(augmentation, shape)
    assert "\n" not in str(caught.value)


def test_what_fits_is_not_refused():
    check_augmentation(None, (40,))
    check_augmentation(CropAndFlip(), (8, 8, 3))
    check_augmentation(lambda images, seed: images * 2, (40,))


@pytest.mark.parametrize("augmentation", [CropAndFlip(2), RandomResizedCropAndFlip()])
@pytest.mark.parametrize("labels, outputs", [
    ((8, 8), (8, 8, 3)),  # A class for each pixel.
    ((4, 4), (4, 4, 3)),  # At a lower resolution.
    ((8, 8, 1), (8, 8, 1)),  # A yes or no, or a number, for each pixel.
    ((8, 8), (8, 8)),
])
def test_labels_that_would_have_to_move_with_the_pixels_are_refused(augmentation, labels, outputs):
    with pytest.raises(ConfigurationError, match="would not move with them") as caught:
        check_augmentation(augmentation, (8, 8, 3), labels, outputs)
    assert "\n" not in str(caught.value)
    check_augmentation(lambda images, seed: images * 2, (8, 8, 3), labels, outputs)


@pytest.mark.parametrize("labels, outputs", [
    ((), (3,)), ((5,), (5,)),  # Classes, and several answers about the whole image.
    ((5,), (5, 3)), ((5, 2), (5, 2)),  # A sequence: characters, or each one's tags.
])
def test_labels_of_a_whole_image_or_a_sequence_are_not_refused(labels, outputs):
    check_augmentation(CropAndFlip(2), (8, 8, 3), labels, outputs)


def test_a_segmentation_with_moved_images_is_refused_before_training():
    images = np.zeros((12, 8, 8, 1), np.float32)
    labels = np.arange(12 * 64).reshape(12, 8, 8) % 3
    data = from_arrays(images, labels, images[:4], labels[:4])
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, keras.layers.Conv2D(3, 1)(inputs))
    with pytest.raises(ConfigurationError, match=r"labels of shape \(8, 8\) would not move"):
        Trainer(model, RewindingSchedule(rounds=1), SGD(), data, 4, augmentation=CropAndFlip(2),
                jit=False)


def test_is_described_for_a_runs_identity():
    assert describe(CropAndFlip()) == {
        "class": "CropAndFlip", "pad": 4, "flip": True, "fill": 0.0}


def trainer_and_start(augmentation, jit=False):
    random = np.random.default_rng(0)
    images = random.integers(0, 255, (24, 6, 6, 1), np.uint8)
    data = from_arrays(images, np.arange(24) % 3, images[:6], np.arange(6) % 3)

    def flat(shape, classes):
        return keras.Sequential(
            [keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(classes)])

    model = models.build_seeded(flat, (6, 6, 1), 3, 1)
    trainer = Trainer(model, RewindingSchedule(rounds=1), SGD(), data, 4,
                      augmentation=augmentation, jit=jit)
    masks = {weight.key: np.ones(weight.shape, bool) for weight in trainer.prunable}
    return trainer, TrainState(snapshot(named_variables(model)), masks)


def trained(trainer, start, stretches, seed=11):
    trainer.load(start)
    for steps in stretches:
        trainer.train(DataOrder(0, 24, 4), steps, seed)
    return trainer.state().weights


def test_the_engine_gives_the_same_weights_however_its_steps_are_cut():
    trainer, start = trainer_and_start(CropAndFlip(1))
    whole = trained(trainer, start, [15])
    cut = trained(trainer, start, [1, 4, 2, 8])
    other = trained(trainer, start, [15], seed=12)
    for key, weights in whole.items():
        assert weights.tobytes() == cut[key].tobytes(), key
        assert weights.tobytes() != other[key].tobytes(), key


def test_each_step_of_a_network_has_a_seed_of_its_own():
    seen = []

    def spy(images, seed):
        tf.py_function(lambda value: seen.append(tuple(value.numpy())), [seed], [])
        return images

    trainer, start = trainer_and_start(spy)
    trained(trainer, start, [15])
    assert seen == [(11, step) for step in range(15)]


def test_labels_and_evaluations_are_left_alone():
    plain, start = trainer_and_start(None)
    blanked, _ = trainer_and_start(lambda images, seed: images * 0.0)
    plain.load(start)
    blanked.load(start)
    assert plain.evaluate("test") == blanked.evaluate("test")
    # On blank images only the bias learns, and it learns the labels' frequencies.
    weights = trained(blanked, start, [60])
    assert weights["dense/kernel"].tobytes() == start.weights["dense/kernel"].tobytes()
    np.testing.assert_allclose(weights["dense/bias"] - weights["dense/bias"].mean(), 0, atol=0.2)


def test_is_fast_enough_not_to_matter():
    images = tf.zeros([128, 32, 32, 3])
    function = tf.function(CropAndFlip())
    function(images, tf.constant([0, 0]))
    times = []
    for step in range(20):
        began = time.perf_counter()
        function(images, tf.constant([0, step]))
        times.append(time.perf_counter() - began)
    # A few milliseconds, beside some hundred for a step of ResNet-20 on the same machine.
    assert min(times) < 0.1
