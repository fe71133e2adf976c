"""Masks: counting, applying, checking and shuffling, against hand-computed cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lth_keras import masks
from lth_keras.errors import RunError

TWO_LAYERS = {
    "a/kernel": np.array([[True, False], [False, True], [True, True]]),
    "b/kernel": np.array([[False, False, False, True]]),
}


def test_counts():
    assert masks.kept(TWO_LAYERS) == {"a/kernel": 4, "b/kernel": 1}
    assert masks.total_kept(TWO_LAYERS) == 5
    assert masks.size(TWO_LAYERS) == 10
    assert masks.density(TWO_LAYERS) == 0.5


@pytest.mark.parametrize("given, said", [
    ({}, r"gave no mask of a/kernel; expected a NumPy array of bool \(3, 2\)"),
    (TWO_LAYERS | {"c/kernel": np.ones(1, bool)},
     r"gave a mask of 'c/kernel'; expected only those of \['a/kernel', 'b/kernel'\]"),
    (TWO_LAYERS | {"a/kernel": np.full((3, 2), 0.5)},
     r"mask a/kernel is an array of float64 \(3, 2\); expected a NumPy array of bool \(3, 2\)"),
    (TWO_LAYERS | {"b/kernel": np.ones((4, 1), bool)}, r"mask b/kernel is an array of bool \(4, 1"),
    (TWO_LAYERS | {"a/kernel": [[True]]}, "mask a/kernel is list; expected a NumPy array"),
    (None, "gave NoneType; expected a dict"),
])
def test_masks_of_another_form_are_named(given, said):
    masks.check_given(TWO_LAYERS, TWO_LAYERS)
    with pytest.raises(RunError, match=said):
        masks.check_given(given, TWO_LAYERS)


def test_counts_of_an_empty_mask():
    none = {"a/kernel": np.zeros((2, 2), bool)}
    assert masks.total_kept(none) == 0
    assert masks.density(none) == 0.0


def test_apply_zeroes_pruned_weights_and_copies_the_rest():
    weights = {
        "a/kernel": np.array([[1, -2], [3, np.nan], [np.inf, -6]], np.float32),
        "a/bias": np.array([7, 8], np.float32),
    }
    mask = {"a/kernel": np.array([[True, False], [True, False], [False, True]])}
    applied = masks.apply(mask, weights)
    # Where, not times: NaN · 0 and inf · 0 would be NaN.
    np.testing.assert_array_equal(applied["a/kernel"], [[1, 0], [3, 0], [0, -6]])
    assert applied["a/kernel"].dtype == np.float32
    np.testing.assert_array_equal(applied["a/bias"], [7, 8])
    applied["a/bias"][0] = 0
    assert weights["a/bias"][0] == 7


def test_no_negative_zero_is_left_behind():
    applied = masks.apply({"a": np.array([False])}, {"a": np.array([-3], np.float32)})
    assert not np.signbit(applied["a"][0])


@pytest.mark.parametrize("mask, previous, expected, message", [
    (np.array([1.0, 0.0]), None, None, "dtype float64; expected bool"),
    (np.array([True, True]), np.array([True, False]), None, "keeps 1 weights that were pruned"),
    (np.array([True, False]), None, 2, "keeps 1 weights; the schedule says 2"),
    (np.array([True, False]), np.array([True]), None, "has not its shape of the round before"),
])
def test_check_refuses(mask, previous, expected, message):
    with pytest.raises(RunError, match=message):
        masks.check(
            {"a": mask},
            None if previous is None else {"a": previous},
            None if expected is None else {"a": expected},
        )


def test_check_accepts_a_nested_mask_with_its_count():
    masks.check({"a": np.array([True, False])}, {"a": np.array([True, True])}, {"a": 1})


def test_masks_that_are_none_of_the_others_are_refused():
    mask, other = {"a": np.array([True])}, {"b": np.array([True])}
    for examine in (lambda: masks.check(mask, other), lambda: masks.check(mask, expected={"b": 1}),
                    lambda: masks.check_applied(mask, {"b": np.ones(1)}),
                    lambda: masks.check_applied(mask, {"a": np.ones((1, 1))})):
        with pytest.raises(RunError, match="mask"):
            examine()


def test_check_total():
    masks.check_total(TWO_LAYERS, 5)
    with pytest.raises(RunError, match="keep 5 weights; the schedule says 6"):
        masks.check_total(TWO_LAYERS, 6)


def test_check_applied():
    weights = {"a/kernel": np.zeros((3, 2)), "b/kernel": np.zeros((1, 4))}
    masks.check_applied(TWO_LAYERS, weights)
    weights["b/kernel"][0, 1] = 1e-30
    with pytest.raises(RunError, match="1 pruned weights of b/kernel are not zero"):
        masks.check_applied(TWO_LAYERS, weights)


@given(hnp.arrays(bool, hnp.array_shapes(max_dims=4, max_side=6)), st.integers(0, 2**32))
def test_shuffled_keeps_shape_and_count(mask, seed):
    shuffled = masks.shuffled({"a": mask}, np.random.default_rng(seed))["a"]
    assert shuffled.dtype == bool and shuffled.shape == mask.shape
    assert shuffled.sum() == mask.sum()


def test_shuffled_is_uniform_and_not_the_mask_itself():
    mask = {"a": np.arange(6) < 2}
    generator = np.random.default_rng(1)
    kept = sum(masks.shuffled(mask, generator)["a"].astype(int) for _ in range(3000))
    # Binomial(3000, 1/3): σ = 25.8; five of them.
    assert np.all(np.abs(kept - 1000) < 130)


def test_from_counts_does_not_depend_on_the_order_of_keys():
    shapes, counts = {"b": (3, 3), "a": (4,)}, {"a": 2, "b": 5}
    one = masks.from_counts(shapes, counts, np.random.default_rng(3))
    other = masks.from_counts(dict(reversed(shapes.items())), counts, np.random.default_rng(3))
    assert masks.kept(one) == {"a": 2, "b": 5}
    for key in shapes:
        np.testing.assert_array_equal(one[key], other[key])
