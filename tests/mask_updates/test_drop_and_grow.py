"""The arithmetic that update rules share, by hand."""

import numpy as np
import pytest

from lth_keras.mask_updates.drop_and_grow import grow_at_random, highest


def test_of_equal_scores_the_later_are_the_highest_as_in_pruning():
    found = highest(np.array([1.0, 2.0, 1.0, 1.0]), np.array([1, 1, 1, 0], bool), 2)
    np.testing.assert_array_equal(found, [False, True, True, False])
    assert not highest(np.ones(3), np.ones(3, bool), 0).any()
    assert grow_at_random(np.zeros(3, bool), 3, np.random.default_rng(0)).all()


@pytest.mark.parametrize("kind", ["all different", "many equal", "mostly zero"])
@pytest.mark.parametrize("count", [1, 40, 700, 2999])
def test_the_highest_of_a_large_layer_are_those_of_a_sort(kind, count):
    generator = np.random.default_rng(count)
    scores = {
        "all different": generator.random(6000),
        "many equal": generator.integers(0, 5, 6000).astype(float),
        "mostly zero": np.where(generator.random(6000) < 0.9, 0.0, generator.random(6000)),
    }[kind].reshape(60, 100)
    candidates = generator.random((60, 100)) < 0.6
    places = np.flatnonzero(candidates)
    order = np.lexsort((places, scores.ravel()[places]))
    expected = np.zeros(6000, bool)
    expected[places[order[places.size - count:]]] = True
    np.testing.assert_array_equal(highest(scores, candidates, count), expected.reshape(60, 100))
