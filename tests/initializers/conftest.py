"""A stored distribution of weights."""

import numpy as np
import pytest

from lth_keras.initializers import EmpiricalDistribution


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A distribution with a gap, on disk."""
    rng = np.random.default_rng(0)
    weights = {"fc/kernel": rng.choice([-1, 1], 5000) * (0.05 + rng.gamma(2, 0.05, 5000))}
    weights["out/kernel"] = -1 - rng.random(500)
    masks = {key: np.ones(value.shape) for key, value in weights.items()}
    path = tmp_path_factory.mktemp("distributions") / "ticket.npz"
    EmpiricalDistribution.measure(weights, masks, "trained").save(path)
    return path
