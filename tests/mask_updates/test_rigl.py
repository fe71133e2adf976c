"""`RigL` by hand on small matrices: what it drops, what it grows, how many."""

import numpy as np
import pytest

from lth_keras import mask_updates
from lth_keras.errors import ConfigurationError
from tests.mask_updates.by_hand import Network, update_inputs


@pytest.mark.parametrize("drop, progress, expected", [
    # The smallest of four, −0.1, goes. Of what is free, itself (0.2) included, −3 is largest.
    (0.3, 0.0, [[1, 0, 1, 0], [1, 1, 0, 0]]),
    # Half of 0.5 at half the time: one of four, the same.
    (0.5, 0.5, [[1, 0, 1, 0], [1, 1, 0, 0]]),
    # At the end nothing moves.
    (0.5, 1.0, [[1, 1, 0, 0], [1, 1, 0, 0]]),
    # −0.1 and 0.3 go; the gradients 9 (of 0.3, which so comes back) and −3 are the largest.
    (0.5, 0.0, [[1, 0, 1, 0], [1, 1, 0, 0]]),
    # Three go, and 9, −3 and 9 of 0.5 come.
    (0.75, 0.0, [[1, 0, 1, 0], [1, 1, 0, 0]]),
])
def test_rigl_drops_and_grows(drop, progress, expected):
    found = mask_updates.RigL(drop=drop).updated(update_inputs(progress))
    np.testing.assert_array_equal(found["k"], np.array(expected, bool))


def test_rigls_share_falls_by_a_cosine():
    kept = {"k": np.arange(2000) < 1000}
    weights = {"k": np.where(kept["k"], np.arange(2000) + 1.0, 0.0)}
    network = Network({"k": np.where(kept["k"], 0.0, 1.0)})
    for progress, share in ((0.0, 0.3), (0.25, 0.15 * (1 + 0.5**0.5)), (0.5, 0.15), (1.0, 0.0)):
        asked = update_inputs(progress, weights, kept, network=network)
        found = mask_updates.RigL().updated(asked)["k"]
        assert np.count_nonzero(kept["k"] & ~found) == int(1000 * share)
        assert not found[: int(1000 * share)].any()


@pytest.mark.parametrize("make, message", [
    (lambda: mask_updates.RigL(drop=0), r"RigL.drop is 0; expected a share in \(0, 1\]"),
])
def test_wrong_values_are_answered_in_a_line(make, message):
    with pytest.raises(ConfigurationError, match=message):
        make()
