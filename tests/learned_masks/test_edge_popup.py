"""Edge-popup's parts, by hand."""

import numpy as np
import pytest

from lth_keras.compat import tf
from lth_keras.learned_masks import EdgePopup

SCORES = np.array([[0.1, -0.9], [0.5, -0.2]], np.float32)


def test_the_largest_absolute_scores_are_the_network():
    gate = EdgePopup().gate(tf.constant(SCORES), tf.constant(2), None).numpy()
    np.testing.assert_array_equal(gate, [[0, 1], [1, 0]])
    masks = EdgePopup().final_masks({"w": SCORES}, {"w": 2})
    np.testing.assert_array_equal(masks["w"], gate == 1)


def test_the_gradient_takes_the_gate_for_the_absolute_score():
    gradient = EdgePopup().score_gradient(
        tf.constant(SCORES), tf.constant([[1.0, 2.0], [3.0, 4.0]])).numpy()
    np.testing.assert_array_equal(gradient, [[1, -2], [3, -4]])


def test_first_scores_are_uniform_within_one_over_the_root_of_fan_in():
    scores = EdgePopup().first_scores((3, 3, 4, 50), 7, np.random.default_rng(0))
    assert scores.dtype == np.float32 and scores.shape == (3, 3, 4, 50)
    assert np.abs(scores).max() <= 1 / 6
    assert np.abs(scores).mean() == pytest.approx(1 / 12, rel=0.1)


def test_scaled_weights_keep_the_size_of_sums():
    assert EdgePopup().scale(100, 4) == 1
    assert EdgePopup(scaled=True).scale(100, 4) == 5


def test_scores_that_are_no_numbers_go_first():
    # A network that diverged is a result; its mask has the counts all the same.
    scores = np.array([np.nan, 0.5, -0.25, np.nan], np.float32)
    masks = EdgePopup().final_masks({"w": scores}, {"w": 2})
    np.testing.assert_array_equal(masks["w"], [False, True, True, False])
