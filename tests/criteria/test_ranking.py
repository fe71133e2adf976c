"""From scores to masks: hand-computed cases, the stored counts, and what always holds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lth_keras.criteria import (
    CriterionInputs,
    Magnitude,
    kept_after,
    prune_globally,
    prune_layerwise,
    removal_count,
)
from lth_keras.errors import RunError

SCORES = hnp.arrays(
    np.float32, hnp.array_shapes(min_dims=1, max_dims=3, max_side=6),
    # Few distinct values, so that ties are the rule.
    elements=st.sampled_from([0.0, 0.25, 1.0, 2.0, 1e30]),
)


@pytest.mark.parametrize("rate, remaining, gone", [
    (0.2, 6, 1),
    (0.07, 101, 7),         # 0.07 · 100 is 7.000000000000001 in binary.
    (0.14, 51, 7),
    (0.2, 7, 2),            # ⌈1.2⌉
    (0.5, 2, 1),
    (0.2, 2, 1),            # ⌈0.2⌉
    (0.2, 1, 0),            # One weight left stays.
    (0.99, 1, 0),
    (0.2, 0, 0),            # An empty layer stays empty.
    (0.2, 235_200, 47_040),
])
def test_removal_count(rate, remaining, gone):
    assert removal_count(rate, remaining) == gone
    assert kept_after(rate, remaining) == remaining - gone


@given(st.floats(0.001, 0.999), st.integers(2, 5000))
def test_removal_count_is_numpys_percentile_rule(rate, remaining):
    values = np.arange(remaining, dtype=np.float64)
    position = rate * (remaining - 1)
    # Strictly below the percentile; where it falls on a value, rounding decides NumPy's answer.
    if abs(position - round(position)) > 1e-6:
        below = np.count_nonzero(values < np.percentile(values, 100 * rate))
        assert removal_count(rate, remaining) == below


@pytest.mark.parametrize("sizes, after_six, after_ten", [
    ((784 * 300, 300 * 100, 100 * 10), 69_780, 28_580),
    ((5 * 5 * 3 * 6, 5 * 5 * 6 * 16, 400 * 120, 120 * 84, 84 * 10), 16_190, 6_627),
])
def test_stored_counts_of_the_distributions_paper(sizes, after_six, after_ten):
    def total(rounds):
        counts = list(sizes)
        for _ in range(rounds):
            counts = [kept_after(0.2, count) for count in counts]
        return sum(counts)

    assert total(6) == after_six
    assert total(10) == after_ten


def _all(shape):
    return np.ones(shape, bool)


def test_layerwise_by_hand():
    scores = {"a": np.array([[3.0, 1.0], [2.0, 5.0]]), "b": np.array([0.1, 0.3, 0.2])}
    masks = prune_layerwise(scores, {"a": _all((2, 2)), "b": _all(3)}, {"a": 2, "b": 1})
    np.testing.assert_array_equal(masks["a"], [[True, False], [False, True]])
    np.testing.assert_array_equal(masks["b"], [False, True, False])


def test_globally_layers_compete():
    scores = {"a": np.array([[3.0, 1.0], [2.0, 5.0]]), "b": np.array([0.1, 0.3, 0.2])}
    masks = prune_globally(scores, {"a": _all((2, 2)), "b": _all(3)}, 4)
    # The four highest are all of layer a: a layer may collapse.
    assert masks["a"].all() and not masks["b"].any()
    masks = prune_globally(scores, {"a": _all((2, 2)), "b": _all(3)}, 5)
    np.testing.assert_array_equal(masks["b"], [False, True, False])


def test_of_equal_scores_the_earlier_goes_first():
    masks = prune_layerwise({"a": np.zeros((2, 3))}, {"a": _all((2, 3))}, {"a": 2})
    np.testing.assert_array_equal(masks["a"], [[False, False, False], [False, True, True]])
    masks = prune_globally({"a": np.ones(2), "b": np.ones(3)}, {"a": _all(2), "b": _all(3)}, 2)
    assert not masks["a"].any()
    np.testing.assert_array_equal(masks["b"], [False, True, True])


def test_a_pruned_weight_does_not_come_back_whatever_its_score():
    mask = np.array([True, False, True])
    masks = prune_layerwise({"a": np.array([1.0, 99.0, 2.0])}, {"a": mask}, {"a": 1})
    np.testing.assert_array_equal(masks["a"], [False, False, True])


@pytest.mark.parametrize("count", [0, 1, 4])
def test_layers_of_zeros_and_last_weights(count):
    masks = prune_layerwise({"a": np.zeros(4)}, {"a": _all(4)}, {"a": count})
    assert masks["a"].sum() == count


def test_an_empty_layer_stays_empty():
    masks = prune_layerwise({"a": np.ones(3)}, {"a": np.zeros(3, bool)}, {"a": 0})
    assert not masks["a"].any()


@pytest.mark.parametrize("prune, count", [(prune_layerwise, {"a": 3}), (prune_globally, 3)])
def test_more_than_there_are_is_refused(prune, count):
    with pytest.raises(RunError, match="3 weights are to be kept but only 2 are there"):
        prune({"a": np.ones(4)}, {"a": np.array([True, True, False, False])}, count)


@pytest.mark.parametrize("prune, count", [(prune_layerwise, {"a": 1}), (prune_globally, 1)])
def test_scores_that_are_no_numbers_are_refused(prune, count):
    with pytest.raises(RunError, match="not a number"):
        prune({"a": np.array([1.0, np.nan])}, {"a": _all(2)}, count)


def test_a_pruned_weights_score_may_be_anything():
    masks = prune_layerwise(
        {"a": np.array([1.0, np.nan])}, {"a": np.array([True, False])}, {"a": 1})
    np.testing.assert_array_equal(masks["a"], [True, False])


@settings(max_examples=60)
@given(SCORES, st.floats(0.05, 0.95), st.integers(1, 6))
def test_rounds_are_exact_nested_and_take_the_lowest(scores, rate, rounds):
    mask = {"a": _all(scores.shape)}
    for _ in range(rounds):
        count = kept_after(rate, int(mask["a"].sum()))
        masks = prune_layerwise({"a": scores}, mask, {"a": count})
        assert masks["a"].sum() == count
        assert not np.any(masks["a"] & ~mask["a"])
        gone = mask["a"] & ~masks["a"]
        if gone.any() and count:
            assert scores[gone].max() <= scores[masks["a"]].min()
        mask = masks


@settings(max_examples=60)
@given(SCORES, SCORES, st.data())
def test_globally_is_layerwise_over_one_long_layer(one, two, data):
    count = data.draw(st.integers(0, one.size + two.size))
    masks = prune_globally(
        {"a": one, "b": two}, {"a": _all(one.shape), "b": _all(two.shape)}, count)
    flat = np.concatenate([one.ravel(), two.ravel()])
    expected = prune_layerwise({"all": flat}, {"all": _all(flat.shape)}, {"all": count})["all"]
    np.testing.assert_array_equal(
        np.concatenate([masks["a"].ravel(), masks["b"].ravel()]), expected)


def test_magnitude_scores_prunable_weights_by_their_size():
    evidence = CriterionInputs(
        weights={"a/kernel": np.array([-3.0, 2.0]), "a/bias": np.array([9.0])},
        initial={}, masks={"a/kernel": _all(2)}, generator=np.random.default_rng(0),
    )
    scores = Magnitude().scores(evidence)
    assert set(scores) == {"a/kernel"}
    np.testing.assert_array_equal(scores["a/kernel"], [3.0, 2.0])


def test_global_pruning_with_a_minimum_keeps_the_best_of_each_layer_and_the_total():
    scores = {"a": np.array([9.0, 8, 7, 6]), "b": np.array([1.0, 2, 3])}
    masks = {key: np.ones(score.shape, bool) for key, score in scores.items()}
    without = prune_globally(scores, masks, 4)
    assert without["b"].sum() == 0  # layer collapse
    kept = prune_globally(scores, masks, 4, minimum=2)
    assert kept["a"].tolist() == [True, True, False, False]
    assert kept["b"].tolist() == [False, True, True]
    with pytest.raises(RunError, match="fewer than 2 for each layer"):
        prune_globally(scores, masks, 3, minimum=2)
