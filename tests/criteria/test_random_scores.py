"""`Random`: uniform numbers of the round's own generator."""

import numpy as np

from lth_keras.criteria import Random
from tests.criteria.by_hand import criterion_inputs


def test_random_scores_are_the_generators():
    first, second = (Random().scores(criterion_inputs(seed=3))["fc/kernel"] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (first != Random().scores(criterion_inputs(seed=4))["fc/kernel"]).all()
    assert first.shape == (2, 2) and ((first >= 0) & (first < 1)).all()
