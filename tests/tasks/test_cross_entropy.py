"""Cross-entropy and hits at each position, by hand: ties, and logits that are not numbers."""

import numpy as np
import pytest

from lth_keras.compat import tf
from lth_keras.tasks.cross_entropy import cross_entropy, hits, in_top_5, smoothed

# Logits of 8, 4, 2 and 2: probabilities 1/2, 1/4, 1/8 and 1/8.
LOGITS = tf.constant(np.log([[[8.0, 4.0, 2.0, 2.0]]]), tf.float32)


@pytest.mark.parametrize("label, bits", [(0, 1), (1, 2), (2, 3), (3, 3)])
def test_cross_entropy_is_the_information_of_the_label(label, bits):
    labels = tf.constant([[label]])
    assert float(cross_entropy(labels, LOGITS)[0, 0]) == pytest.approx(bits * np.log(2))
    # A quarter of the target goes to the four classes, of 1, 2, 3 and 3 bits: 9/4 on average.
    expected = (0.75 * bits + 0.25 * 9 / 4) * np.log(2)
    assert float(smoothed(labels, LOGITS, 0.25)[0, 0]) == pytest.approx(expected)


def test_of_equal_logits_the_first_is_the_answer():
    logits = tf.constant([[1.0, 3.0, 3.0], [1.0, 3.0, 3.0], [2.0, 1.0, 0.0]])
    assert hits(tf.constant([1, 2, 0]), logits).numpy().tolist() == [1.0, 0.0, 1.0]


def test_nan_is_no_hit_and_a_class_that_is_ruled_out_does_no_harm():
    nan, never = np.nan, -np.inf
    logits = tf.constant([[nan] * 3, [nan, 1.0, 3.0], [3.0, 1.0, nan], [never, 3.0, 1.0]])
    assert hits(tf.constant([0, 2, 0, 1]), logits).numpy().tolist() == [0, 0, 0, 1]
    ruled_out = tf.constant([[*range(6), never]], tf.float32)
    for label, expected in ((1, 1), (0, 0), (6, 0)):
        assert in_top_5(tf.constant([label]), ruled_out).numpy().tolist() == [expected]


def test_the_five_highest_are_hits_and_nothing_is_where_a_logit_is_no_number():
    logits = np.tile(np.arange(7.0), (7, 1))
    assert in_top_5(tf.range(7), tf.constant(logits)).numpy().tolist() == [0, 0, 1, 1, 1, 1, 1]
    logits[5, 0] = np.nan
    assert in_top_5(tf.range(7), tf.constant(logits)).numpy().tolist() == [0, 0, 1, 1, 1, 0, 1]


def test_of_equal_logits_the_first_five_are_the_highest():
    same = tf.zeros([7, 7])
    assert in_top_5(tf.range(7), same).numpy().tolist() == [1, 1, 1, 1, 1, 0, 0]
    one_above = tf.tensor_scatter_nd_update(same, [[4, 6], [5, 6]], [1.0, 1.0])
    assert in_top_5(tf.range(7), one_above).numpy().tolist() == [1, 1, 1, 1, 0, 0, 0]
