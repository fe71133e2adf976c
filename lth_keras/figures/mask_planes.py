"""Masks as images: planes of numbers."""

import math

import numpy as np

_ENLARGED = 280  # Pixels of the longer side: a map of 28 × 28 would be too small.


def in_order(keys, header):
    """`keys`, 'layer/weight', from the model's input to its output.

    Args:
      keys: of masks; files hold them in alphabetical order.
      header: what run.json holds, with the model's layers in their order.
    """
    layers = header["configuration"]["model"].get("layers", [])
    places = {layer["config"]["name"]: place for place, layer in enumerate(layers)}
    return sorted(keys, key=lambda key: (places.get(key.rpartition("/")[0], len(places)), key))


def input_pixels(mask, input_shape):
    """Surviving weights per input pixel, float [height, width]; None where that has no meaning.

    Args:
      mask: bool [inputs, outputs] of a dense layer that reads the input itself.
      input_shape: shape of one example.
    """
    if mask.ndim != 2 or len(input_shape) != 3 or mask.shape[0] != math.prod(input_shape):
        return None
    return mask.sum(axis=1, dtype=float).reshape(input_shape).sum(axis=2)


def mask_plane(mask):
    """A mask as a plane, float [rows, columns], 1 where a weight is kept.

    A dense kernel has its longer side across. A convolution's is a tile of its
    window for each input channel (down) and output channel (across), a line of 0.5 between.
    """
    mask = np.asarray(mask, float)
    if mask.ndim == 2:
        return mask if mask.shape[0] <= mask.shape[1] else mask.T
    if mask.ndim == 1:
        return mask[np.newaxis, :]
    *window, inputs, outputs = mask.shape
    height, width = math.prod(window[:-1]) or 1, window[-1]
    tiles = np.full((inputs, height + 1, outputs, width + 1), 0.5)
    tiles[:, :height, :, :width] = mask.reshape(height, width, inputs, outputs).transpose(
        2, 0, 3, 1)
    return tiles.reshape(inputs * (height + 1), outputs * (width + 1))[:-1, :-1]


def enlarge(plane):
    """Each number repeated as a square, so that the longer side has a few hundred pixels."""
    factor = max(1, _ENLARGED // max(plane.shape))
    return plane.repeat(factor, axis=0).repeat(factor, axis=1)


def grey(plane):
    """uint8 pixels of a plane: black is 0, white its maximum."""
    highest = plane.max() if plane.size else 0
    return np.round(plane * (255 / highest if highest else 0)).astype(np.uint8)
