"""Directions to cut a loss surface along."""

import numpy as np
import pytest

from lth_keras.analysis import directions
from lth_keras.errors import ConfigurationError


def test_filter_normalised_directions_have_the_filters_lengths():
    weights = {"a/kernel": np.random.default_rng(0).standard_normal((3, 3, 2, 4)),
               "a/bias": np.ones(4)}
    mask = {"a/kernel": np.random.default_rng(1).random((3, 3, 2, 4)) < 0.5}
    direction = directions.filter_normalised(weights, ["a/kernel", "a/bias"],
                                         np.random.default_rng(2), mask)
    own = np.sqrt((weights["a/kernel"] ** 2).sum((0, 1, 2)))
    np.testing.assert_allclose(np.sqrt((direction["a/kernel"] ** 2).sum((0, 1, 2))), own)
    assert not direction["a/bias"].any() and not direction["a/kernel"][~mask["a/kernel"]].any()


def test_plane_through_three_points():
    points = np.random.default_rng(0).standard_normal((3, 9)).astype(np.float32)
    axes, placed = directions.plane(*points)
    np.testing.assert_allclose(axes @ axes.T, np.eye(2), atol=1e-6)
    np.testing.assert_allclose(points[0] + placed @ axes, points, atol=1e-5)
    np.testing.assert_allclose(directions.coordinates(points, points[0], axes), placed, atol=1e-5)
    with pytest.raises(ConfigurationError, match="one line"):
        directions.plane(points[0], points[1], 2 * points[1] - points[0])
