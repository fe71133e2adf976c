"""`GroupedWeights`: properties of any groups, of kernels in one row and of rows over kernels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lth_keras import masks as masks_lib
from lth_keras.criteria import prune_layerwise
from lth_keras.granularity import (
    Blocks,
    GroupedWeights,
    GroupRow,
    Members,
    NofM,
    Units,
    Weights,
)
from lth_keras.pruning import RewindingSchedule
from tests.granularity.kernels import dense_masks, kernel, pruned

SHAPES = st.one_of(
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 6), st.integers(1, 5)))
BLOCKS = st.tuples(st.integers(1, 5), st.integers(1, 3))
SCOPES = st.sampled_from(["layerwise", "global"])


@settings(max_examples=40, deadline=None)
@given(st.lists(SHAPES, min_size=1, max_size=3), BLOCKS, SCOPES, st.integers(0, 2),
       st.integers(0, 2**32 - 1))
def test_blocks_are_nested_whole_and_exactly_counted(shapes, shape, scope, minimum, seed):
    weights = [kernel(f"k{index}/kernel", each) for index, each in enumerate(shapes)]
    schedule = RewindingSchedule(
        3, 0.4, scope=scope, min_per_layer=minimum, granularity=Blocks(shape))
    grouping = schedule.granularity.grouping(weights)
    random, masks = np.random.default_rng(seed), dense_masks(weights)
    for each in (1, 2, 3):
        # Few different scores, so that there are ties.
        scores = {key: random.integers(0, 3, mask.shape) for key, mask in masks.items()}
        new = pruned(grouping, schedule, scores, masks, each)
        masks_lib.check(new, masks)
        alive = grouping.alive(new)
        assert masks_lib.total_kept(alive) == schedule.total_count(grouping.rows, each)
        if scope == "layerwise":
            assert masks_lib.kept(alive) == schedule.layer_counts(grouping.rows, each)
        whole = grouping.expand(alive, dense_masks(weights))
        assert all(np.array_equal(whole[key], new[key]) for key in new)
        masks = new


@settings(max_examples=40, deadline=None)
@given(SHAPES, BLOCKS, st.integers(0, 2**32 - 1))
def test_a_shuffle_keeps_the_blocks_and_the_weights(shape, block, seed):
    weight = kernel("k/kernel", shape)
    random, grouping = np.random.default_rng(seed), Blocks(block).grouping([weight])
    alive = {"k/kernel": random.random(grouping.rows[0].size) < 0.5}
    mask = grouping.expand(alive, dense_masks([weight]))
    other = grouping.shuffled(mask, random)
    assert masks_lib.kept(other) == masks_lib.kept(mask)
    assert grouping.alive(other)["k/kernel"].sum() == alive["k/kernel"].sum()
    assert np.array_equal(
        grouping.expand(grouping.alive(other), dense_masks([weight]))["k/kernel"],
        other["k/kernel"])


def two_layers():
    """Three hidden units: outputs of a/kernel [2, 3], inputs of b/kernel [3, 2]."""
    row = GroupRow("hidden", "a", "dense", False, 3, (
        Members("a/kernel", np.arange(3)[None, :]), Members("b/kernel", np.arange(3)[:, None])))
    return GroupedWeights([row], {"a/kernel": (2, 3), "b/kernel": (3, 2)}, "mean")


def test_groups_over_two_kernels_by_hand():
    grouping = two_layers()
    masks = {"a/kernel": np.ones((2, 3), bool), "b/kernel": np.ones((3, 2), bool)}
    scores = {"a/kernel": np.array([[1.0, 2, 3], [1, 2, 3]]),
              "b/kernel": np.array([[0.0, 0], [6, 6], [1, 1]])}
    pooled = grouping.pool(scores, masks)
    assert pooled["hidden"].tolist() == [0.5, 4, 2]
    kept = prune_layerwise(pooled, grouping.alive(masks), {"hidden": 2})
    found = grouping.expand(kept, masks)
    assert found["a/kernel"].tolist() == [[False, True, True]] * 2
    assert found["b/kernel"].tolist() == [[False] * 2, [True] * 2, [True] * 2]


def test_a_weight_in_groups_of_two_rows_stays_while_both_do():
    rows = [GroupRow("in", "a", "dense", False, 2, (Members("a/kernel", np.arange(2)[:, None]),)),
            GroupRow("out", "a", "dense", False, 3, (Members("a/kernel", np.arange(3)[None]),))]
    grouping = GroupedWeights(rows, {"a/kernel": (2, 3)}, "mean")
    found = grouping.expand({"in": np.array([True, False]), "out": np.array([True, False, True])},
                            {"a/kernel": np.ones((2, 3), bool)})
    assert found["a/kernel"].tolist() == [[True, False, True], [False] * 3]


def test_masks_of_counts_keep_as_many_groups():
    grouping = two_layers()
    found = grouping.of_counts({"hidden": 2})
    assert grouping.shuffles_counts and masks_lib.kept(found) == {"a/kernel": 4, "b/kernel": 4}
    weight = kernel("k/kernel", (6, 1))
    assert Weights().grouping([weight]).of_counts({"k/kernel": 2})["k/kernel"].sum() == 2
    # Blocks of four and of two: how many weights are kept depends on which of them stays.
    assert not Blocks((4, 1)).grouping([weight]).shuffles_counts


def test_weights_without_a_group_stay():
    row = GroupRow("some", "a", "dense", False, 1, (Members("a/kernel", np.array([[-1, 0]])),))
    grouping = GroupedWeights([row], {"a/kernel": (2, 2), "b/kernel": (1, 2)}, "max")
    masks = {"a/kernel": np.ones((2, 2), bool), "b/kernel": np.ones((1, 2), bool)}
    found = grouping.expand({"some": np.array([False])}, masks)
    assert found["a/kernel"].tolist() == [[True, False]] * 2 and found["b/kernel"].all()


@pytest.mark.parametrize("scope, expected", [
    # Layerwise ⌈½ · 2⌉ = 1 unit of 3 goes, of a/kernel and b/kernel a third each: 8 of 12 stay.
    ("layerwise", 8), ("global", 8),
])
def test_kept_weights_are_foretold(scope, expected):
    assert two_layers().kept_weights(RewindingSchedule(1, 0.5, scope=scope), 1) == expected


@pytest.mark.parametrize("granularity, shapes, rates, foretold", [
    (Weights(), [(6, 3), (5, 2)], {}, True), (NofM(2, 4), [(6, 3), (5, 2)], {}, True),
    (Blocks((4, 1)), [(8, 3), (4, 2)], {}, True), (Blocks((4, 1)), [(8, 3), (6, 2)], {}, False),
    # The kernel with the smaller blocks loses none.
    (Blocks((4, 1)), [(8, 3), (6, 2)], {"output": None}, True),
    # A kernel's units have as many weights as it has inputs.
    (Units(), [(6, 3), (6, 2), (3, 2)], {}, True), (Units(), [(6, 3), (5, 2), (3, 2)], {}, False),
])
def test_whether_a_number_of_weights_is_foretold_where_layers_compete(
        granularity, shapes, rates, foretold):
    weights = [kernel(f"{index}/kernel", shape, is_output=index == len(shapes) - 1)
               for index, shape in enumerate(shapes)]
    grouping = granularity.grouping(weights)
    assert grouping.foretells_weights(
        RewindingSchedule(1, 0.5, rates, "global", granularity=granularity)) is foretold
    assert grouping.foretells_weights(RewindingSchedule(1, 0.5, granularity=granularity))


def test_no_number_is_foretold_where_a_weight_may_go_with_either_of_two_groups():
    rows = [GroupRow(key, "a", "dense", False, 2, (Members("a/kernel", index),))
            for key, index in (("in", np.arange(2)[:, None]), ("out", np.arange(2)[None]))]
    grouping = GroupedWeights(rows, {"a/kernel": (2, 2)}, "mean")
    assert not grouping.foretells_weights(RewindingSchedule(1, 0.5, scope="global"))


@pytest.mark.parametrize("granularity", [Weights(), Blocks((4, 1)), NofM(2, 4)])
def test_kept_weights_of_a_kernel_by_itself(granularity):
    weights = [kernel("a/kernel", (8, 6)), kernel("out/kernel", (4, 4), is_output=True)]
    schedule = RewindingSchedule(2, 0.3, {"output": None}, granularity=granularity)
    grouping, masks = granularity.grouping(weights), dense_masks(weights)
    scores = {key: np.random.default_rng(0).random(mask.shape) for key, mask in masks.items()}
    for each in (1, 2):
        masks = pruned(grouping, schedule, scores, masks, each)
        assert masks_lib.total_kept(masks) == grouping.kept_weights(schedule, each)
    assert masks["out/kernel"].all()
