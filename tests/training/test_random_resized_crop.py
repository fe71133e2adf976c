"""Random resized crops: reproducible from the seed alone, with the given areas and ratios."""

import numpy as np
import pytest

from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError
from lth_keras.training import RandomResizedCropAndFlip

HEIGHT, WIDTH = 24, 36


def ramps(batch):
    """Images with the row and the column as channels, so that a crop shows its place."""
    rows, columns = np.meshgrid(np.arange(HEIGHT), np.arange(WIDTH), indexing="ij")
    return np.repeat(np.stack([rows, columns], -1)[None].astype(np.float32), batch, 0)


def augmented(augmentation, images, seed=(3, 4), **arguments):
    function = tf.function(augmentation, **arguments)
    return function(tf.constant(images), tf.constant(seed)).numpy()


def test_one_seed_one_result_and_xla_agrees():
    images = np.random.default_rng(0).normal(size=(8, HEIGHT, WIDTH, 3)).astype(np.float32)
    first = augmented(RandomResizedCropAndFlip(), images)
    assert first.shape == images.shape and first.dtype == images.dtype
    assert augmented(RandomResizedCropAndFlip(), images).tobytes() == first.tobytes()
    assert augmented(RandomResizedCropAndFlip(), images, (3, 5)).tobytes() != first.tobytes()
    compiled = augmented(RandomResizedCropAndFlip(), images, jit_compile=True)
    np.testing.assert_allclose(compiled, first, atol=2e-5)  # It contracts a·b + c.


def test_the_whole_picture_is_left_as_it_is():
    images = np.random.default_rng(0).normal(size=(4, HEIGHT, WIDTH, 3)).astype(np.float32)
    whole = RandomResizedCropAndFlip((1.0, 1.0), (WIDTH / HEIGHT, WIDTH / HEIGHT), flip=False)
    np.testing.assert_allclose(augmented(whole, images), images, atol=1e-5)


def test_parts_have_the_areas_and_ratios_asked_for_and_lie_anywhere():
    batch, scale, ratio = 4000, (0.2, 0.5), (0.75, 1.25)
    made = augmented(RandomResizedCropAndFlip(scale, ratio), ramps(batch))
    # Bilinear interpolation of a ramp is the place itself; at the edges it is cut off.
    rows, columns = made[:, :, WIDTH // 2, 0], made[:, HEIGHT // 2, :, 1]
    tall = (rows[:, HEIGHT // 2] - rows[:, HEIGHT // 2 - 1]) * HEIGHT
    wide = (columns[:, WIDTH // 2] - columns[:, WIDTH // 2 - 1]) * WIDTH
    mirrored = wide < 0
    assert 1850 < mirrored.sum() < 2150  # Binomial of 4,000 at a half: deviation 32.
    wide = np.abs(wide)
    area = tall * wide / (HEIGHT * WIDTH)
    assert 0.199 < area.min() < 0.205 and 0.495 < area.max() < 0.501
    assert abs(area.mean() - 0.35) < 0.006
    assert 0.749 < (wide / tall).min() and (wide / tall).max() < 1.251
    assert abs(np.log(wide / tall).mean() - np.log([0.75, 1.25]).mean()) < 0.01
    middle = rows[:, HEIGHT // 2 - 1 : HEIGHT // 2 + 1].mean(1) + 0.5
    top = middle - tall / 2
    assert top.min() > -0.01 and (top + tall).max() < HEIGHT + 0.01
    share = top / (HEIGHT - tall)
    assert abs(share.mean() - 0.5) < 0.02 and share.min() < 0.01 and share.max() > 0.99


@pytest.mark.parametrize("arguments, message", [
    ({"scale": 0.5}, "scale is 0.5; expected"), ({"scale": (0.0, 1.0)}, "scale is"),
    ({"scale": (0.5, 1.5)}, "at most 1"), ({"ratio": (2.0, 1.0)}, "ratio is"),
    ({"ratio": (1.0,)}, "ratio is"), ({"flip": 1}, "flip is 1"),
])
def test_what_is_no_crop_is_refused(arguments, message):
    with pytest.raises(ConfigurationError, match=message):
        RandomResizedCropAndFlip(**arguments)


def test_vectors_are_refused():
    with pytest.raises(ConfigurationError, match="given examples of shape"):
        RandomResizedCropAndFlip()(tf.zeros([2, 5]), tf.constant([1, 2]))
