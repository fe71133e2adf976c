"""Masks as planes of numbers, by hand."""

import numpy as np

from lth_keras.figures import mask_planes


def test_convolutions_as_tiles():
    mask = np.zeros((3, 3, 2, 4), bool)
    mask[1, 2, 1, 3] = True
    plane = mask_planes.mask_plane(mask)
    assert plane.shape == (2 * 4 - 1, 4 * 4 - 1)
    assert plane[4 + 1, 12 + 2] == 1 and (plane == 1).sum() == 1
    assert plane[3, 0] == 0.5 and plane[0, 3] == 0.5


def test_input_pixels_count_what_is_kept():
    mask = np.zeros((8, 3), bool)
    mask[4:6, 1] = True
    assert mask_planes.input_pixels(mask, (2, 2, 2)).tolist() == [[0, 0], [2, 0]]
    assert mask_planes.input_pixels(mask, (8,)) is None
