"""`NofM`: windows by hand, against TFMOT's own pattern, counts over rounds, what is refused."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_model_optimization.python.core.sparsity.keras import pruning_utils

from lth_keras.errors import ConfigurationError
from lth_keras.granularity import NofM
from lth_keras.pruning import RewindingSchedule
from tests.granularity.kernels import dense_masks, kernel, pruned


def first_round(weight, scores, rate=0.01, **schedule):
    made = RewindingSchedule(3, rate, granularity=NofM(2, 4), **schedule)
    return pruned(made.granularity.grouping([weight]), made, {weight.key: scores},
                  dense_masks([weight]), 1)[weight.key]


def test_of_four_inputs_the_two_highest_stay():
    # Two outputs; five inputs: a window of four, and a window of one that keeps its one.
    scores = np.array([[1.0, 9], [2, 8], [3, 7], [4, 6], [0, 0]])
    assert first_round(kernel("fc/kernel", (5, 2)), scores).astype(int).tolist() == [
        [0, 1], [0, 1], [1, 0], [1, 0], [1, 1]]


def test_of_equal_scores_the_later_stay():
    assert first_round(kernel("fc/kernel", (4, 1)), np.ones((4, 1)))[:, 0].tolist() == [
        False, False, True, True]


@pytest.mark.parametrize("shape", [(12, 5), (14, 3), (3, 3, 6, 4)])
def test_it_is_tfmots_pattern(shape):
    values = tf.constant(np.random.default_rng(0).normal(size=shape), tf.float32)
    rows = pruning_utils.weights_rearrange(values)
    theirs = pruning_utils.m_by_n_sparsity_mask_prepare(
        pruning_utils.generate_m_by_n_mask(rows, (2, 4)), values.shape)
    ours = first_round(kernel("k/kernel", shape, "conv" if len(shape) > 2 else "dense"),
                       np.abs(values))
    assert np.array_equal(ours, theirs.numpy() != 0)
    assert pruning_utils.is_pruned_m_by_n(tf.constant(ours, tf.float32), (2, 4))


@pytest.mark.parametrize("scope", ["layerwise", "global"])
def test_the_pattern_bounds_the_first_round_and_the_rate_the_others(scope):
    weight = kernel("fc/kernel", (10, 10))  # two windows of four and one of two: six stay
    schedule = RewindingSchedule(3, 0.2, scope=scope, granularity=NofM(2, 4))
    grouping = schedule.granularity.grouping([weight])
    assert [schedule.total_count(grouping.rows, each) for each in range(4)] == [100, 60, 48, 38]
    masks = dense_masks([weight])
    scores = np.random.default_rng(0).random((10, 10))
    for each in (1, 2, 3):
        new = pruned(grouping, schedule, {"fc/kernel": scores}, masks, each)
        assert new["fc/kernel"].sum() == (60, 48, 38)[each - 1]
        assert not (new["fc/kernel"] & ~masks["fc/kernel"]).any()
        masks = new


def test_a_layer_with_the_rate_none_keeps_everything():
    weights = [kernel("fc/kernel", (8, 2)), kernel("out/kernel", (8, 2), is_output=True)]
    for scope in ("layerwise", "global"):
        schedule = RewindingSchedule(1, 0.1, {"output": None}, scope, granularity=NofM())
        scores = {weight.key: np.ones(weight.shape) for weight in weights}
        found = pruned(schedule.granularity.grouping(weights), schedule, scores,
                       dense_masks(weights), 1)
        assert [int(mask.sum()) for mask in found.values()] == [8, 16]


def test_shuffled_masks_keep_the_pattern_and_the_count():
    weight = kernel("fc/kernel", (14, 6))
    mask = first_round(weight, np.random.default_rng(2).random((14, 6)), 0.7)
    grouping = NofM().grouping([weight])
    other = grouping.shuffled({"fc/kernel": mask}, np.random.default_rng(3))["fc/kernel"]
    assert other.sum() == mask.sum() and not np.array_equal(other, mask)
    for inputs in (slice(0, 4), slice(4, 8), slice(8, 12), slice(12, 14)):
        assert (other[inputs].sum(0) <= 2).all()
    full = [sorted(each[first : first + 4, out].sum() for first in (0, 4, 8) for out in range(6))
            for each in (mask, other)]
    assert full[0] == full[1]


@pytest.mark.parametrize("n, m", [(0, 4), (4, 4), (5, 4), (2.0, 4), (True, 4), (2, "4")])
def test_refused(n, m):
    with pytest.raises(ConfigurationError, match="expected whole numbers with 0 < n < m"):
        NofM(n, m)
