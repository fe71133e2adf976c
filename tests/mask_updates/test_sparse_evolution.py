"""`SET`: the smallest go, and each free place is as likely to come."""

import numpy as np
import pytest

from lth_keras import mask_updates
from lth_keras.errors import ConfigurationError
from tests.mask_updates.by_hand import MASK, update_inputs


def test_set_drops_the_smallest_and_grows_any_other():
    grown = np.zeros(MASK.shape, int)
    for seed in range(300):
        found = mask_updates.SET(drop=0.5).updated(update_inputs(seed=seed))["k"]
        # 0.5 and −2 stay; of the six other places two are drawn.
        assert found[0, 0] and found[1, 0] and found.sum() == 4
        grown += found
    drawn = grown[[0, 0, 0, 1, 1, 1], [1, 2, 3, 1, 2, 3]]
    # 300 · 2/6 each, with a standard deviation of 8.2.
    assert drawn.min() > 65 and drawn.max() < 135 and drawn.sum() == 600


@pytest.mark.parametrize("make, message", [
    (lambda: mask_updates.SET(drop=1.5), "SET.drop is 1.5"),
])
def test_wrong_values_are_answered_in_a_line(make, message):
    with pytest.raises(ConfigurationError, match=message):
        make()
