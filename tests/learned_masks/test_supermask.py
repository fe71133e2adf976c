"""A supermask's parts, by hand."""

import numpy as np
import pytest

from lth_keras.compat import tf
from lth_keras.learned_masks import Supermask

SCORES = np.array([[0.0, np.log(3)], [-np.log(3), 2.0]], np.float32)
PROBABILITIES = np.array([[0.5, 0.75], [0.25, 1 / (1 + np.exp(-2.0))]])


def test_gates_are_drawn_with_the_scores_probabilities():
    rule, total = Supermask(), np.zeros((2, 2))
    draw = tf.function(lambda seed: rule.gate(tf.constant(SCORES), tf.constant(2), seed))
    for step in range(2000):
        gate = draw(tf.constant([7, step])).numpy()
        assert set(np.unique(gate)) <= {0.0, 1.0}
        total += gate
    # The standard deviation of a share of 2,000 draws is at most 0.011.
    np.testing.assert_allclose(total / 2000, PROBABILITIES, atol=0.05)


def test_the_gradient_takes_the_gate_for_its_probability():
    passed = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
    gradient = Supermask().score_gradient(tf.constant(SCORES), tf.constant(passed)).numpy()
    np.testing.assert_allclose(gradient, passed * PROBABILITIES * (1 - PROBABILITIES), rtol=1e-6)


def test_the_final_mask_is_the_most_probable_one():
    masks = Supermask().final_masks({"w": SCORES}, {"w": 1})
    np.testing.assert_array_equal(masks["w"], [[False, False], [False, True]])
    free = Supermask(keep="likely").final_masks({"w": SCORES}, {"w": 1})
    np.testing.assert_array_equal(free["w"], [[True, True], [False, True]])


def test_scores_begin_at_the_log_odds_of_the_density():
    scores = Supermask().first_scores((4, 5), 5, np.random.default_rng(0))
    np.testing.assert_allclose(scores, np.log(0.25 / 0.75), rtol=1e-6)
    assert not Supermask(keep="likely").first_scores((4, 5), 5, None).any()
    # Not even where all or none are kept is a gradient zero for ever.
    for count in (0, 20):
        assert np.isfinite(Supermask().first_scores((4, 5), count, None)).all()


def test_the_expected_number_of_weights_is_held():
    scores = tf.constant(np.random.default_rng(0).normal(0, 2, (30, 40)), tf.float32)
    for _ in range(12):
        scores = Supermask().after_update(scores, tf.constant(120))
    assert float(tf.reduce_sum(tf.sigmoid(scores))) == pytest.approx(120, rel=1e-3)
    # A shift changes no order.
    first = np.random.default_rng(0).normal(0, 2, (30, 40)).astype(np.float32)
    shift = scores.numpy() - first
    np.testing.assert_allclose(shift, shift[0, 0], atol=1e-4)


@pytest.mark.parametrize("rule, count", [
    (Supermask(), 0), (Supermask(), 4), (Supermask(keep="likely"), 2)])
def test_there_is_nothing_to_hold(rule, count):
    same = rule.after_update(tf.constant(SCORES), tf.constant(count)).numpy()
    np.testing.assert_array_equal(same, SCORES)


def test_rescaling_is_by_all_over_kept():
    assert Supermask().scale(100, 4) == 1
    assert Supermask(rescale=True).scale(100, 4) == 25
