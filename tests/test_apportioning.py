"""Whole numbers by shares: exact sums, limits, largest remainders."""

import numpy as np
import pytest

from lth_keras.apportioning import apportioned
from lth_keras.errors import RunError


@pytest.mark.parametrize("total, shares, limits, expected", [
    (10, [1, 1], [9, 9], [5, 5]),
    (4, [1, 3], [6, 4], [1, 3]),
    # 3.33 each: the first of equal remainders gets the one that is left.
    (10, [1, 1, 1], [9, 9, 9], [4, 3, 3]),
    # What is over a limit goes to the others, in their ratio.
    (10, [8, 1, 1], [2, 9, 9], [2, 4, 4]),
    (10, [8, 4, 1], [2, 3, 9], [2, 3, 5]),
    (5, [0, 0], [4, 6], [2, 3]),
    (7, [1, 0], [3, 6], [3, 4]),
    (0, [1, 2], [3, 3], [0, 0]), (6, [1, 2], [3, 3], [3, 3]),
])
def test_by_hand(total, shares, limits, expected):
    keys = [str(index) for index in range(len(shares))]
    found = apportioned(total, dict(zip(keys, shares)), dict(zip(keys, limits)))
    assert list(found.values()) == expected and list(found) == keys


def test_the_sum_is_exact_and_no_limit_is_passed():
    generator = np.random.default_rng(0)
    for _ in range(300):
        limits = {str(i): int(n) for i, n in enumerate(generator.integers(0, 50, 6))}
        shares = {key: float(generator.random() ** 4) for key in limits}
        total = int(generator.integers(0, sum(limits.values()) + 1))
        found = apportioned(total, shares, limits)
        assert sum(found.values()) == total
        assert all(0 <= found[key] <= limits[key] for key in limits)


def test_too_much_is_refused():
    with pytest.raises(RunError, match="7 cannot be divided among at most 6"):
        apportioned(7, {"a": 1}, {"a": 6})
