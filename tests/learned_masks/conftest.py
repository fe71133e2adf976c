"""The tiny network and its data, as the tests of training have them."""

from tests.training.conftest import same, tiny

__all__ = ["same", "tiny"]
