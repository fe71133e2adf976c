"""Random resized crops: the augmentation of large pictures, such as ImageNet's."""

import dataclasses
import math

import gin

from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError
from lth_keras.training.augmentation import draw, is_number, refuse_all_but_images

_BITS = 2**24


@gin.configurable
@dataclasses.dataclass(frozen=True)
class RandomResizedCropAndFlip:
    """Takes a random part of each picture, brings it to the whole size, and mirrors half of them.

    Szegedy et al. 2015 ("Going deeper with convolutions", section 6): the part has an area drawn
    uniformly from `scale`, of the picture's, and a ratio of width to height whose logarithm is
    drawn uniformly from `ratio`'s; a side that would be longer than the picture is cut to it. The
    part lies anywhere with equal chance, and is brought to the picture's size by bilinear
    interpolation. Each picture has its own draw.

    Attributes:
      scale: (least, most) share of the area, within (0, 1].
      ratio: (least, most) width over height, above 0.
      flip: whether half of the pictures are mirrored left to right.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    scale: tuple = (0.08, 1.0)
    ratio: tuple = (3 / 4, 4 / 3)
    flip: bool = True
    moves_pixels = True  # Not a field: it is so whatever the settings.

    def __post_init__(self):
        for parameter, most in (("scale", 1.0), ("ratio", math.inf)):
            value = getattr(self, parameter)
            ok = isinstance(value, (tuple, list)) and len(value) == 2 and all(
                is_number(each) for each in value) and 0 < value[0] <= value[1] <= most
            if not ok:
                bound = " and at most 1" if parameter == "scale" else ""
                raise ConfigurationError(
                    f"RandomResizedCropAndFlip.{parameter} is {value!r}; expected (least, most), "
                    f"both above 0{bound}"
                )
        if not isinstance(self.flip, bool):
            raise ConfigurationError(
                f"RandomResizedCropAndFlip.flip is {self.flip!r}; expected True or False")

    def __call__(self, images, seed):
        """Augments a batch.

        Args:
          images: float [batch, height, width, channels].
          seed: int32 [2]; the result is a function of the images and of it.

        Returns:
          Images of the same shape and type.
        """
        refuse_all_but_images("RandomResizedCropAndFlip", images)
        batch = tf.shape(images)[0]
        height, width = images.shape[1:3]
        area = self._uniform(seed, 0, batch, self.scale) * (height * width)
        ratio = tf.exp(self._uniform(seed, 1, batch, tuple(map(math.log, self.ratio))))
        tall = tf.minimum(tf.sqrt(area / ratio), float(height))
        wide = tf.minimum(tf.sqrt(area * ratio), float(width))
        top = self._uniform(seed, 2, batch, (0.0, 1.0)) * (height - tall)
        left = self._uniform(seed, 3, batch, (0.0, 1.0)) * (width - wide)
        rows = _places(top, tall, height)
        columns = _places(left, wide, width)
        if self.flip:
            mirrored = draw(seed, 4, [batch, 1], 2) == 1
            columns = tf.where(mirrored, tf.reverse(columns, [1]), columns)
        return _interpolated(_interpolated(images, rows, 1), columns, 2)

    @staticmethod
    def _uniform(seed, use, batch, bounds):
        """float32 [batch] in [least, most), from whole numbers, so that all devices agree."""
        share = tf.cast(draw(seed, use, [batch], _BITS), tf.float32) / _BITS
        return bounds[0] + share * (bounds[1] - bounds[0])


def _places(start, length, size):
    """Where the pixels of a part [start, start + length) lie in the picture, [batch, size]."""
    centres = (tf.range(size, dtype=tf.float32) + 0.5) / size
    places = start[:, None] + centres[None] * length[:, None] - 0.5
    return tf.clip_by_value(places, 0.0, float(size - 1))


def _interpolated(images, places, axis):
    """Values at fractional places of an axis, each from its two neighbours."""
    lower = tf.floor(places)
    first = tf.cast(lower, tf.int32)
    second = tf.minimum(first + 1, images.shape[axis] - 1)
    share = tf.cast(places - lower, images.dtype)
    share = share[:, :, None, None] if axis == 1 else share[:, None, :, None]
    below = tf.gather(images, first, axis=axis, batch_dims=1)
    above = tf.gather(images, second, axis=axis, batch_dims=1)
    return below + (above - below) * share
