"""Pictures of any size, brought to one size and one number of channels."""

import numpy as np

from lth_keras.errors import ConfigurationError

# Pillow's modes with eight bits a channel. Values of other modes would be clipped silently.
_EIGHT_BITS = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB", "HSV"}
_MODES = {1: "L", 3: "RGB"}


class UnreadablePicture(Exception):
    """A file is not a complete picture; the message is one line that says why."""


def decoded(path, size, channels):
    """The picture in a file, uint8 [height, width, channels].

    Args:
      path: of a file that Pillow reads.
      size: (height, width) as for `fitted`, or None to leave it.
      channels: 1 for grey, 3 for red, green and blue.

    Raises:
      UnreadablePicture: it is not a complete picture with eight bits a channel.
    """
    from PIL import Image

    try:
        with Image.open(path) as picture:
            if picture.mode not in _EIGHT_BITS:
                raise UnreadablePicture(
                    f"its pixels are of Pillow's mode {picture.mode!r}, not of 8 bits a channel")
            plain = picture.convert(_MODES[channels])
    # A decoder may raise anything on damaged bytes; Pillow's plug-ins raise SyntaxError too.
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, MemoryError,
            Image.DecompressionBombError) as error:
        reason = str(error).strip().splitlines()[0][:80] if str(error).strip() else "damaged"
        raise UnreadablePicture(reason) from error
    return _to_array(_fit(plain, size))


def fitted(picture, size, nearest=False):
    """A picture as an array, cropped and scaled to a size.

    It crops the largest part in the middle with the wanted ratio of sides, and scales it with
    Pillow's bilinear filter, which averages over all pixels that fall into one.

    Args:
      picture: uint8 [height, width, 1 or 3].
      size: (height, width).
      nearest: take the nearest pixel and no average; for masks, in which numbers are classes.

    Returns:
      uint8 [*size, channels].
    """
    from PIL import Image

    plain = picture[..., 0] if picture.shape[-1] == 1 else picture
    return _to_array(_fit(Image.fromarray(plain), size, nearest))


def _fit(picture, size, nearest=False):
    from PIL import Image, ImageOps

    if size is None or picture.size == (size[1], size[0]):
        return picture
    kind = Image.Resampling.NEAREST if nearest else Image.Resampling.BILINEAR
    return ImageOps.fit(picture, (size[1], size[0]), kind)


def _to_array(picture):
    array = np.asarray(picture, np.uint8)
    return array[..., None] if array.ndim == 2 else array


def check_size(size):
    """Raises ConfigurationError unless it is None or (height, width)."""
    if size is None:
        return
    ok = isinstance(size, (tuple, list)) and len(size) == 2 and all(
        isinstance(side, int) and not isinstance(side, bool) and 0 < side <= 4096 for side in size)
    if not ok:
        raise ConfigurationError(
            f"Dataset.image_size is {size!r}; expected (height, width) in pixels, like (64, 64)"
        )
