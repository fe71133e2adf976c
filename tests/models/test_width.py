"""`closest_width`: no other width comes closer to a number of weights."""

import pytest

from lth_keras import models


@pytest.mark.parametrize("target", [69_780, 28_580, 266_200, 300_000, 1_000])
def test_closest_width(target):
    def count(width):
        hidden, second = models.scaled(300, width), models.scaled(100, width)
        return 784 * hidden + hidden * second + second * 10

    width, size = models.closest_width(count, target)
    assert size == count(width)
    best = min(abs(count(i / 3000) - target) for i in range(1, 3001))
    assert abs(size - target) == best
