"""The moments of kernels: found by identity, masked, and forgotten."""

import numpy as np

from lth_keras.compat import keras, tf
from lth_keras.training.moments import build_with_slots, forget, mask_moments


def test_two_kernels_of_one_name_have_their_own_moments():
    one, other = (tf.Variable(np.ones((2, 2), np.float32), name="kernel") for _ in range(2))
    optimizer = keras.optimizers.Adam(0.1)
    slots = build_with_slots(optimizer, [one, other])
    assert [len(slots[id(each)]) for each in (one, other)] == [2, 2]  # Both of Adam's moments.
    optimizer.apply_gradients([(tf.ones((2, 2)), one), (tf.zeros((2, 2)), other)])
    assert all(slot.numpy().all() for slot in slots[id(one)])
    assert not any(slot.numpy().any() for slot in slots[id(other)])


def test_moments_of_pruned_weights_are_zero():
    mask = tf.Variable([[1.0, 0.0], [0.0, 1.0]])
    slot, count = tf.Variable(np.full((2, 2), 3.0, np.float32)), tf.Variable(5.0)
    mask_moments({"fc/kernel": [slot, count]}, {"fc/kernel": mask})
    assert slot.numpy().tolist() == [[3, 0], [0, 3]] and float(count) == 5


def test_what_is_not_known_is_forgotten():
    slot, count = tf.Variable([1.0, 2.0, 3.0]), tf.Variable(5.0)
    forget([slot, count], np.array([True, False, True]))
    assert slot.numpy().tolist() == [1, 0, 3] and float(count) == 5
