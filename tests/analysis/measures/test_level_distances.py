"""Distances on a level's mask, against NumPy."""

import numpy as np
import pytest

from lth_keras.analysis import LevelDistances
from lth_keras.compat import keras
from tests.analysis.small_runs import measured, model, stored

NETWORK = model(
    (4,), (keras.layers.Dense, {"units": 5, "activation": "relu", "name": "a"}),
    (keras.layers.Dense, {"units": 3, "name": "b"}))


def test_points_are_projected_on_the_mask_of_the_level(tmp_path):
    mask = np.arange(20).reshape(4, 5) % 3 == 0
    run = stored(tmp_path, NETWORK, (4,), {"a/kernel": mask})
    said, table = measured(LevelDistances(), run)
    before, after = (run.network(1, name).weights for name in ("round_00", "round_01"))
    rows = table.set_index(["pair", "layer"])
    # This run's rewind point has the weights of round 1, whose distance is therefore 0.
    assert rows.distance["rewind-new", "all"] == 0
    for pair in ("previous-new", "rewind-previous"):
        squares = {key: np.sum((np.float64(before[key]) - after[key])[
            mask if key == "a/kernel" else ...] ** 2) for key in before}
        assert rows.distance[pair, "a/kernel"] == pytest.approx(squares["a/kernel"] ** 0.5)
        assert rows.distance[pair, "all"] == pytest.approx(sum(squares.values()) ** 0.5)
    norm = sum(np.sum(np.float64(array) ** 2) for array in after.values()) ** 0.5
    assert rows.relative["previous-new", "all"] == pytest.approx(
        rows.distance["previous-new", "all"] / norm)
    assert "at 0 of 1 levels" in said
