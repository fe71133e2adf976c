"""`GradualMagnitude`: the cubic schedule, and weights that come back as with TFMOT."""

import numpy as np
import pytest

from lth_keras import mask_updates
from lth_keras.errors import ConfigurationError
from tests.mask_updates.by_hand import update_inputs


@pytest.mark.parametrize("progress, count", [(0.5, 4 + 4 // 8), (1.0, 4), (0.2, 6)])
def test_gradual_magnitude_keeps_the_largest_by_a_cubic(progress, count):
    # 8·(1/2 + 1/2·(1 − t)³): 8 → 4.
    weights = np.arange(8.0).reshape(2, 4) - 3.5
    found = mask_updates.GradualMagnitude().updated(
        update_inputs(progress, {"k": weights}, {"k": np.ones((2, 4), bool)}, {"k": 4}))["k"]
    assert np.count_nonzero(found) == count
    assert np.abs(weights[found]).min() >= np.abs(weights[~found]).max()


def test_gradual_magnitude_lets_weights_come_back_only_as_tfmot_does():
    weights = {"k": np.array([5.0, 4.0, 1.0, 3.0])}  # The last is pruned, and moved since.
    kept = {"k": np.array([1, 1, 1, 0], bool)}
    for tfmot, expected in ((False, [1, 1, 1, 0]), (True, [1, 1, 0, 1])):
        rule = mask_updates.GradualMagnitude(tfmot=tfmot)
        found = rule.updated(update_inputs(1.0, weights, kept, {"k": 3}))["k"]
        np.testing.assert_array_equal(found, np.array(expected, bool))


@pytest.mark.parametrize("make, message", [
    (lambda: mask_updates.GradualMagnitude(tfmot=1), "tfmot is 1; expected True or False"),
])
def test_wrong_values_are_answered_in_a_line(make, message):
    with pytest.raises(ConfigurationError, match=message):
        make()
