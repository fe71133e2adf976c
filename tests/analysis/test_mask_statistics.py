"""Overlap against chance, dead units, degrees, signs: literal expectations."""

import itertools

import numpy as np
import pytest

from lth_keras.analysis import mask_statistics
from lth_keras.errors import RunError


def test_overlap_against_every_possible_mask():
    """The mean and spread by chance are those of enumerating all masks of 3 of 8 weights."""
    fixed = {"a/kernel": np.array([1, 1, 1, 1, 0, 0, 0, 0], bool).reshape(2, 4)}
    shared = []
    for chosen in itertools.combinations(range(8), 3):
        mask = np.zeros(8, bool)
        mask[list(chosen)] = True
        shared.append(np.count_nonzero(mask & fixed["a/kernel"].ravel()))
    mask = np.zeros(8, bool)
    mask[:3] = True
    row = mask_statistics.overlap(fixed, {"a/kernel": mask.reshape(2, 4)})[0]
    assert row["shared"] == 3 and row["nested"]
    assert row["jaccard"] == pytest.approx(3 / 4)
    assert row["expected"] == pytest.approx(np.mean(shared))
    assert row["z"] == pytest.approx((3 - np.mean(shared)) / np.std(shared))


def test_random_masks_do_not_stand_out():
    generator = np.random.default_rng(0)
    ours, theirs = ({"a": generator.random((200, 100)) < 0.3} for _ in range(2))
    rows = mask_statistics.overlap(ours, theirs)
    assert abs(rows[-1]["z"]) < 3 and not rows[-1]["nested"]
    assert rows[-1]["jaccard"] == pytest.approx(rows[-1]["expected_jaccard"], rel=0.05)


def test_masks_of_other_shapes_are_refused():
    with pytest.raises(RunError, match="different architectures"):
        mask_statistics.overlap({"a": np.ones((2, 2), bool)}, {"a": np.ones((2, 3), bool)})


def test_dead_units_and_degrees():
    mask = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 0], [1, 1, 0]], bool)
    row, = mask_statistics.units({"a": mask})
    assert (row["dead_inputs"], row["inputs"]) == (1, 4)
    assert (row["dead_outputs"], row["outputs"]) == (1, 3)
    assert row["input_degree_max"] == 2 and row["output_degree_mean"] == pytest.approx(5 / 3)


def test_units_of_a_convolution_are_channels():
    mask = np.zeros((3, 3, 2, 4), bool)
    mask[1, 1, 0, 2] = mask[0, 2, 0, 2] = True
    row, = mask_statistics.units({"a": mask})
    assert (row["dead_inputs"], row["dead_outputs"]) == (1, 3)
    assert row["output_degree_max"] == 2


def test_units_lie_along_the_axes_that_the_layer_says():
    # Of an attention's query [inputs, heads, size] the outputs are heads · size.
    query = np.zeros((5, 2, 3), bool)
    query[:4, 1, :2] = True
    vector = np.array([True, False, True])
    rows = mask_statistics.units(
        {"query": query, "turned": query[0], "vector": vector},
        {"query": ((0,), (1, 2)), "turned": ((1,), (0,)), "vector": ((0,), ())})
    assert [(row["inputs"], row["dead_inputs"], row["outputs"], row["dead_outputs"])
            for row in rows] == [(5, 1, 6, 4), (3, 1, 2, 1), (3, 1, 1, 0)]
    assert rows[0]["output_degree_max"] == 4 and rows[0]["input_degree_max"] == 2


def test_sign_agreement_counts_kept_weights_only():
    start, end = np.array([1.0, -1, 1, -1]), np.array([2.0, 1, 1, -3])
    masks = {"a": np.array([1, 1, 1, 0], bool)}
    agreement = mask_statistics.sign_agreement({"a": start}, {"a": end}, masks)
    assert agreement["a"] == pytest.approx(2 / 3)
