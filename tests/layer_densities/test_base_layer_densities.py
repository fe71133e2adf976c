"""`LayerDensities`: counts in a ratio, exact in sum; a layer has no more than its size."""

import dataclasses

import pytest

from lth_keras.layer_densities import LayerDensities


@dataclasses.dataclass(frozen=True)
class OneToThree(LayerDensities):
    def shares(self, shapes, ticket):
        return dict(zip(shapes, (1.0, 3.0)))


@pytest.mark.parametrize("total, counts", [(8, [2, 6]), (20, [8, 12]), (24, [12, 12])])
def test_the_ratio_holds_until_a_layer_is_dense(total, counts):
    shapes = {"a": (3, 4), "b": (4, 3)}
    assert list(OneToThree().counts(shapes, total, None).values()) == counts


def test_a_class_without_shares_is_named():
    with pytest.raises(NotImplementedError, match=r"LayerDensities has no method shares\(shapes"):
        LayerDensities().counts({"a": (2,)}, 1, None)
