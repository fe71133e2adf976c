"""`Balanced`: each layer keeps as many weights."""

from lth_keras.layer_densities import Balanced
from tests.layer_densities.lenet import LENET


def test_by_hand():
    assert list(Balanced().counts(LENET, 1_500, None).values()) == [500, 500, 500]
    # The output layer has 1000 weights only; the others share what it leaves.
    assert list(Balanced().counts(LENET, 9_000, None).values()) == [4_000, 4_000, 1_000]
