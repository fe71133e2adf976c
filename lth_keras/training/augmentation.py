"""Augmentation of training images on the device: random crops and flips, from a seed alone."""

import dataclasses
import math
from typing import Any

import gin
import numpy as np

from lth_keras import wording
from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError

# The same numbers on every device, and with XLA or without: 'auto' would choose by device.
_PHILOX = "philox"


@gin.configurable
@dataclasses.dataclass(frozen=True)
class CropAndFlip:
    """Crops images at a random place after padding them, and mirrors half of them.

    The augmentation of CIFAR (He et al. 2016, section 4.2; LMC): four pixels are added on each
    side, a crop of the original size is taken from it uniformly, and one image in two is mirrored
    left to right. Each image has its own draw.

    Images come normalised, and are padded with `fill`. The literature does both: zeros after
    normalisation, which is the mean colour (He et al.'s reimplementation fb.resnet.torch), and
    black before it (open_lth, with which LMC's figures were made). 0 is the default because it is
    the same for every data set; black is −mean/std of the `Dataset`, one number per channel.

    Attributes:
      pad: pixels added on each side; 0 crops nothing.
      flip: whether half of the images are mirrored.
      fill: value of the added pixels: a number, or one per channel.

    Raises:
      ConfigurationError: a value is outside the range that is given above.
    """

    pad: int = 4
    flip: bool = True
    fill: float | tuple = 0.0
    moves_pixels = True  # Not a field: it is so whatever the settings.

    def __post_init__(self):
        if isinstance(self.pad, bool) or not isinstance(self.pad, int) or self.pad < 0:
            raise ConfigurationError(
                f"CropAndFlip.pad is {self.pad!r}; expected pixels, a whole number of at least 0"
            )
        if not isinstance(self.flip, bool):
            raise ConfigurationError(
                f"CropAndFlip.flip is {self.flip!r}; expected True or False"
            )
        values = self.fill if isinstance(self.fill, (tuple, list)) else (self.fill,)
        if not values or not all(is_number(value) for value in values):
            raise ConfigurationError(
                f"CropAndFlip.fill is {self.fill!r}; expected a number, or one per channel"
            )

    def __call__(self, images, seed):
        """Augments a batch.

        Args:
          images: float [batch, height, width, channels].
          seed: int32 [2]; equal images and an equal seed give an equal result.

        Returns:
          Images of the same shape and type.
        """
        refuse_all_but_images("CropAndFlip", images)
        batch = tf.shape(images)[0]
        height, width = images.shape[1:3]
        rows = tf.tile(tf.range(height)[None], [batch, 1])
        columns = tf.tile(tf.range(width)[None], [batch, 1])
        if self.flip:
            mirrored = draw(seed, 0, [batch, 1], 2) == 1
            columns = tf.where(mirrored, width - 1 - columns, columns)
        if self.pad:
            # Where in the padded image a crop begins: from 0 to 2·pad. At `pad` the crop is the
            # image itself.
            shift = draw(seed, 1, [batch, 2], 2 * self.pad + 1)
            rows, columns = rows + shift[:, :1], columns + shift[:, 1:]
            images = self._padded(images)
        if self.pad or self.flip:
            images = tf.gather(images, rows, axis=1, batch_dims=1)
            images = tf.gather(images, columns, axis=2, batch_dims=1)
        return images

    def _padded(self, images):
        sides = [[0, 0], [self.pad, self.pad], [self.pad, self.pad], [0, 0]]
        fill = np.asarray(self.fill, images.dtype.as_numpy_dtype)
        if fill.ndim and fill.shape != (images.shape[-1],):
            raise ConfigurationError(
                f"CropAndFlip.fill is {self.fill!r}; expected one number, or "
                f"{images.shape[-1]}, one per channel"
            )
        padded = tf.pad(images, sides)
        if not fill.any():
            return padded
        inside = tf.pad(tf.ones_like(images[:1, :, :, :1], tf.bool), sides)
        return tf.where(inside, padded, fill)


def refuse_all_but_images(augmentation: str, images: tf.Tensor) -> None:
    """Raises ConfigurationError unless `images` are [batch, height, width, channels].

    Args:
      augmentation: its name, for the error.
      images: tensor.
    """
    if images.shape.rank != 4:
        raise ConfigurationError(
            f"{augmentation} was given examples of shape {tuple(images.shape[1:])}; expected "
            "images (height, width, channels): leave Experiment.augmentation out"
        )


def check_augmentation(
        augmentation: Any, input_shape: tuple[int, ...], label_shape: tuple[int, ...] = (),
        output_shape: tuple[int, ...] = ()) -> None:
    """Traces an augmentation once, so that an error in it is reported before training.

    Args:
      augmentation: None, or a function (images, seed) -> images.
      input_shape: shape of one example.
      label_shape: shape of one example's labels; () for one number.
      output_shape: shape of one example's outputs, whose last axis are answers about one place.

    Raises:
      ConfigurationError: it raises an error for such examples, returns another shape or type, or
        moves the pixels of images whose labels are maps of them and would not move.
    """
    if augmentation is None:
        return
    if not callable(augmentation):
        raise ConfigurationError(
            f"Experiment.augmentation is {augmentation!r}; expected None, or a function of images "
            f"and a seed, like {wording.made('CropAndFlip')}"
        )
    images = tf.TensorSpec([2, *input_shape], tf.float32)
    try:
        made = tf.function(augmentation).get_concrete_function(
            images, tf.TensorSpec([2], tf.int32)
        ).structured_outputs
    # A user's function may raise anything.
    except Exception as error:
        raise ConfigurationError(
            f"the augmentation {augmentation!r} fails on float images [batch, "
            f"{', '.join(map(str, input_shape))}] and a seed of int32 [2]: {_reason(error)}"
        ) from error
    if getattr(made, "dtype", None) != images.dtype or not images.shape.is_compatible_with(
            made.shape):
        raise ConfigurationError(
            f"the augmentation {augmentation!r} returns {made!r}; expected images of the shape "
            f"and type that it was given, {images!r}"
        )
    # Answers about places in rows and columns, or a number for each pixel. Labels of a sequence,
    # such as (characters, tags), say nothing about where something is.
    are_maps = len(output_shape) > 2 or tuple(label_shape) == tuple(input_shape[:2])
    if getattr(augmentation, "moves_pixels", False) and are_maps:
        raise ConfigurationError(
            f"Experiment.augmentation is {augmentation!r}, which moves the pixels of images, and "
            f"labels of shape {tuple(label_shape)} would not move with them; leave "
            "Experiment.augmentation out, or give a function that moves no pixel"
        )


def _reason(error):
    """One line that names the error's type, but for errors that are one line of ours."""
    text = str(error).strip()
    last = next(reversed(text.splitlines()), "no reason given").strip()
    # TensorFlow lists all calls that led to the error; the last line is the error, type included.
    if isinstance(error, ConfigurationError) or text.startswith("in user code:"):
        return last
    return f"{type(error).__name__}: {last}"


def draw(seed, use, shape, below):
    """Uniform int32 in [0, below); each `use` of one seed has numbers of its own."""
    own = tf.random.experimental.stateless_fold_in(seed, use, alg=_PHILOX)
    return tf.random.stateless_uniform(shape, own, 0, below, tf.int32, alg=_PHILOX)


def is_number(value):
    """Whether it is a finite number, and no bool."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
