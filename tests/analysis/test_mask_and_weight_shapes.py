"""Overlap against chance, units, distances, directions, barriers, shapes: literal expectations."""

import itertools

import numpy as np
import pytest

from lth_keras.analysis import barriers, directions, mask_statistics, weight_distances
from lth_keras.analysis import weight_shapes as shapes
from lth_keras.analysis.flat_weights import WeightLayout
from lth_keras.errors import ConfigurationError, RunError


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


def test_sign_agreement_counts_kept_weights_only():
    start, end = np.array([1.0, -1, 1, -1]), np.array([2.0, 1, 1, -3])
    masks = {"a": np.array([1, 1, 1, 0], bool)}
    agreement = mask_statistics.sign_agreement({"a": start}, {"a": end}, masks)
    assert agreement["a"] == pytest.approx(2 / 3)


def test_distances_add_up_over_layers():
    ours = {"a": np.array([3.0, 0.0]), "b": np.array([0.0])}
    theirs = {"a": np.array([0.0, 0.0]), "b": np.array([4.0])}
    rows = {row["layer"]: row for row in weight_distances.distances(ours, theirs)}
    assert rows["a"]["distance"] == 3 and rows["b"]["distance"] == 4
    assert rows["all"]["distance"] == 5 and rows["all"]["relative"] == pytest.approx(5 / 4)


def test_filter_normalised_directions_have_the_filters_lengths():
    weights = {"a/kernel": np.random.default_rng(0).standard_normal((3, 3, 2, 4)),
               "a/bias": np.ones(4)}
    mask = {"a/kernel": np.random.default_rng(1).random((3, 3, 2, 4)) < 0.5}
    found = directions.filter_normalised(weights, ["a/kernel", "a/bias"],
                                         np.random.default_rng(2), mask)
    own = np.sqrt((weights["a/kernel"] ** 2).sum((0, 1, 2)))
    np.testing.assert_allclose(np.sqrt((found["a/kernel"] ** 2).sum((0, 1, 2))), own)
    assert not found["a/bias"].any() and not found["a/kernel"][~mask["a/kernel"]].any()


def test_plane_through_three_points():
    points = np.random.default_rng(0).standard_normal((3, 9)).astype(np.float32)
    axes, placed = directions.plane(*points)
    np.testing.assert_allclose(axes @ axes.T, np.eye(2), atol=1e-6)
    np.testing.assert_allclose(points[0] + placed @ axes, points, atol=1e-5)
    np.testing.assert_allclose(directions.coordinates(points, points[0], axes), placed, atol=1e-5)
    with pytest.raises(ConfigurationError, match="one line"):
        directions.plane(points[0], points[1], 2 * points[1] - points[0])


@pytest.mark.parametrize("values, expected", [
    ([0.1, 0.5, 0.3], 0.3), ([0.2, 0.2, 0.2], 0.0), ([0.4, 0.1, 0.2], 0.1),
])
def test_barrier_is_the_highest_minus_the_mean_of_the_ends(values, expected):
    assert barriers.barrier(values) == pytest.approx(expected)


def test_layout_round_trip_and_refusal():
    weights = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.ones(2, np.float32)}
    layout = WeightLayout({"a": (2, 3), "b": (2,)})
    again = layout.unflatten(layout.flatten(weights))
    assert all(np.array_equal(again[key], weights[key]) for key in weights)
    with pytest.raises(ConfigurationError, match="'b'"):
        layout.flatten({"a": weights["a"]})


@pytest.mark.parametrize("draw, modes, family", [
    (lambda g: g.uniform(-1, 1, 20_000), None, "uniform"),
    (lambda g: g.standard_normal(20_000), 1, "normal"),
    (lambda g: g.laplace(size=20_000), 1, "laplace"),
    (lambda g: g.choice([-1, 1], 20_000) * (0.05 + g.exponential(0.03, 20_000)), 2,
     "gap + exponential, two-sided"),
    (lambda g: np.concatenate([g.normal(c, 0.1, 6000) for c in (-1, 0, 2)]), 3, "none"),
])
def test_modes_and_families_of_known_samples(draw, modes, family):
    values = draw(np.random.default_rng(5))
    if modes is not None:
        assert shapes.modes(values) == modes
    assert shapes.fit(values)["family"] == family


def test_standardised_distances_ignore_location_and_scale():
    values = np.random.default_rng(0).standard_normal(4000)
    found = shapes.distances(values, 5 + 3 * values)
    assert found["ks"] > 0.5 and found["wasserstein"] > 4
    assert found["shape_ks"] < 1e-3 and found["shape_wasserstein"] < 1e-6
