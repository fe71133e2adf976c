"""Distances between networks."""

import numpy as np
import pytest

from lth_keras.analysis import weight_distances


def test_distances_add_up_over_layers():
    ours = {"a": np.array([3.0, 0.0]), "b": np.array([0.0])}
    theirs = {"a": np.array([0.0, 0.0]), "b": np.array([4.0])}
    rows = {row["layer"]: row for row in weight_distances.distances(ours, theirs)}
    assert rows["a"]["distance"] == 3 and rows["b"]["distance"] == 4
    assert rows["all"]["distance"] == 5 and rows["all"]["relative"] == pytest.approx(5 / 4)
