"""`Grouping`: what it is given it gives back."""

import numpy as np

from lth_keras import masks as masks_lib
from lth_keras.granularity import (
    Weights,
)
from tests.granularity.kernels import dense_masks, kernel


def test_single_weights_are_passed_through_untouched():
    weights = [kernel("a/kernel", (3, 4)), kernel("b/kernel", (4, 2))]
    grouping, masks = Weights().grouping(weights), dense_masks(weights)
    scores = {key: mask.astype(np.float32) for key, mask in masks.items()}
    assert grouping.rows == tuple(weights)
    assert grouping.alive(masks) is masks
    assert grouping.pool(scores, masks) is scores
    assert grouping.candidates(scores, masks) is masks
    assert grouping.expand(masks, None) is masks
    ours = grouping.shuffled(masks, np.random.default_rng(0))
    theirs = masks_lib.shuffled(masks, np.random.default_rng(0))
    assert all(np.array_equal(ours[key], theirs[key]) for key in masks)
