"""The gates' draws: uniform, and without a pattern from place to place or update to update."""

import numpy as np
import pytest

from lth_keras.compat import tf
from lth_keras.learned_masks.gate_chance import uniform_draws


def draws(*seed):
    return uniform_draws([300, 400], tf.constant(seed)).numpy().ravel().astype(np.float64)


def test_they_are_uniform():
    found = draws(11, 5)
    assert 0 <= found.min() and found.max() < 1
    # 120,000 draws: means of such samples have the standard deviation 0.0008.
    assert found.mean() == pytest.approx(0.5, abs=0.004)
    counts, _ = np.histogram(found, 100, (0, 1))
    # χ² of 99 degrees of freedom: mean 99, standard deviation 14.
    assert ((counts - 1200) ** 2 / 1200).sum() < 170
    assert np.unique(found).size > 0.99 * found.size


@pytest.mark.parametrize("other", [(11, 6), (12, 5), (5, 11), (-11, 5)])
def test_other_seeds_give_other_draws(other):
    # A correlation of 120,000 independent pairs has the standard deviation 0.003.
    assert abs(np.corrcoef(draws(11, 5), draws(*other))[0, 1]) < 0.015


@pytest.mark.parametrize("apart", [1, 2, 400])
def test_neighbours_have_nothing_to_do_with_each_other(apart):
    found = draws(11, 5)
    assert abs(np.corrcoef(found[apart:], found[:-apart])[0, 1]) < 0.015


def test_the_same_seed_gives_the_same_draws():
    assert draws(3, 4).tobytes() == draws(3, 4).tobytes()
