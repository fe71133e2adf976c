"""The arithmetic that update rules share, by hand."""

import numpy as np

from lth_keras.mask_updates.drop_and_grow import grow_at_random, highest


def test_of_equal_scores_the_later_are_the_highest_as_in_pruning():
    found = highest(np.array([1.0, 2.0, 1.0, 1.0]), np.array([1, 1, 1, 0], bool), 2)
    np.testing.assert_array_equal(found, [False, True, True, False])
    assert not highest(np.ones(3), np.ones(3, bool), 0).any()
    assert grow_at_random(np.zeros(3, bool), 3, np.random.default_rng(0)).all()
