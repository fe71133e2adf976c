"""`Uniform`: each layer keeps the same share of its weights."""

from lth_keras.layer_densities import Uniform
from tests.layer_densities.lenet import LENET


def test_by_hand():
    # A tenth of 235,200, 30,000 and 1,000.
    assert list(Uniform().counts(LENET, 26_620, None).values()) == [23_520, 3_000, 100]
