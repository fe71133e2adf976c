"""`SNFS`: what all layers drop is divided among them by their momentum, by hand."""

import numpy as np
import pytest

from lth_keras import mask_updates
from lth_keras.errors import ConfigurationError
from tests.mask_updates.by_hand import Network, update_inputs


def test_snfs_divides_what_was_dropped_by_the_momentum_of_the_layers():
    kept = {"a": np.array([1, 1, 1, 1, 0, 0, 0, 0], bool), "b": np.array([1, 1, 1, 1, 0, 0], bool)}
    weights = {"a": np.array([1, 2, 3, 4, 0, 0, 0, 0.0]), "b": np.array([5, 6, 7, 8, 0, 0.0])}
    momentum = {"a": np.array([1, 1, 1, 1, 5, -6, 7, 8.0]), "b": np.array([-3, 3, 3, 3, 1, 2.0])}
    found = mask_updates.SNFS(drop=0.5).updated(
        update_inputs(0.0, weights, kept, network=Network(momentum)))
    # Two of each layer go; of the four, a mean of 1 against 3 gives layer a one and layer b three.
    np.testing.assert_array_equal(found["a"], np.array([0, 0, 1, 1, 0, 0, 0, 1], bool))
    np.testing.assert_array_equal(found["b"], np.array([1, 1, 1, 1, 0, 1], bool))


@pytest.mark.parametrize("make, message", [
    (lambda: mask_updates.SNFS(drop=True), "SNFS.drop is True"),
])
def test_wrong_values_are_answered_in_a_line(make, message):
    with pytest.raises(ConfigurationError, match=message):
        make()
