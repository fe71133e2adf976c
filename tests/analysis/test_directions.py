"""Directions to cut a loss surface along."""

import numpy as np
import pytest

from lth_keras.analysis import directions
from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.pruning.kernels import unit_axes
from lth_keras.variables import named_variables


def test_filter_normalised_directions_have_the_filters_lengths():
    weights = {"a/kernel": np.random.default_rng(0).standard_normal((3, 3, 2, 4)),
               "a/bias": np.ones(4)}
    mask = {"a/kernel": np.random.default_rng(1).random((3, 3, 2, 4)) < 0.5}
    direction = directions.filter_normalised(weights, ["a/kernel", "a/bias"],
                                         np.random.default_rng(2), mask)
    own = np.sqrt((weights["a/kernel"] ** 2).sum((0, 1, 2)))
    np.testing.assert_allclose(np.sqrt((direction["a/kernel"] ** 2).sum((0, 1, 2))), own)
    assert not direction["a/bias"].any() and not direction["a/kernel"][~mask["a/kernel"]].any()


def test_filters_of_attention_and_of_depthwise_kernels_are_each_units():
    inputs = keras.Input((6, 8))
    attention = keras.layers.MultiHeadAttention(2, 3, name="attention")
    x = keras.layers.Reshape((6, 8, 1))(attention(inputs, inputs))
    x = keras.layers.DepthwiseConv2D((3, 3), depth_multiplier=2, name="depthwise")(x)
    x = keras.layers.Conv2DTranspose(4, 3, name="transposed")(x)
    model = keras.Model(inputs, keras.layers.Dense(5, name="dense")(x))
    # What is summed over is what one unit reads.
    reads = {"attention/query/kernel": (0,), "attention/output/kernel": (0, 1),
             "depthwise/depthwise_kernel": (0, 1), "transposed/kernel": (0, 1, 3),
             "dense/kernel": (0,)}
    generator = np.random.default_rng(3)
    weights = {key: generator.standard_normal(variable.shape)
               for key, variable in named_variables(model).items()}
    direction = directions.filter_normalised(
        weights, list(weights), generator, unit_axes=unit_axes(model))
    for key, axes in reads.items():
        np.testing.assert_allclose(
            (direction[key] ** 2).sum(axes), (weights[key] ** 2).sum(axes), err_msg=key)
    assert weights["attention/query/bias"].ndim == 2
    assert not any(direction[key].any() for key in weights if key.endswith("/bias"))


def test_plane_through_three_points():
    points = np.random.default_rng(0).standard_normal((3, 9)).astype(np.float32)
    axes, placed = directions.plane(*points)
    np.testing.assert_allclose(axes @ axes.T, np.eye(2), atol=1e-6)
    np.testing.assert_allclose(points[0] + placed @ axes, points, atol=1e-5)
    np.testing.assert_allclose(directions.coordinates(points, points[0], axes), placed, atol=1e-5)
    with pytest.raises(ConfigurationError, match="one line"):
        directions.plane(points[0], points[1], 2 * points[1] - points[0])
