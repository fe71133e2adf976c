"""`Weights`: single weights, which blocks of one weight equal."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lth_keras.granularity import (
    Blocks,
    Weights,
)
from lth_keras.pruning import RewindingSchedule
from tests.granularity.kernels import dense_masks, kernel, pruned

SHAPES = st.one_of(
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 6), st.integers(1, 5)))


@settings(max_examples=25, deadline=None)
@given(SHAPES, st.integers(0, 2**32 - 1))
def test_blocks_of_one_weight_prune_as_single_weights_do(shape, seed):
    weight = kernel("k/kernel", shape)
    scores = {"k/kernel": np.random.default_rng(seed).integers(0, 4, shape).astype(np.float32)}
    masks = dense_masks([weight])
    found = [
        pruned(granularity.grouping([weight]), RewindingSchedule(2, 0.3, granularity=granularity),
               scores, masks, 2)["k/kernel"] for granularity in (Weights(), Blocks((1, 1)))]
    assert np.array_equal(*found)
