"""Rewind points are stored, and come back as they were."""

import numpy as np
import pytest

from lth_keras.errors import RunError
from lth_keras.paths import RunPaths
from lth_keras.rewinding.point import (
    RewindPoint,
    load_initial,
    load_point,
    save_initial,
    save_point,
)
from tests.finished_networks import finish

WEIGHTS = {"fc/kernel": np.arange(6, dtype=np.float32).reshape(2, 3)}
MOMENTS = {"m/fc/kernel": np.ones((2, 3), np.float32)}


@pytest.mark.parametrize("step, optimizer", [(0, None), (7, MOMENTS)])
def test_there_and_back(tmp_path, step, optimizer):
    paths = RunPaths(tmp_path)
    save_initial(paths, 1, {"fc/kernel": WEIGHTS["fc/kernel"] + 1})
    save_point(paths, 1, RewindPoint(WEIGHTS, step, optimizer))
    finish(paths.network(1, "round_00"))  # It vouches for both.
    point = load_point(paths, 1, step)
    assert point.step == step and point.weights["fc/kernel"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert (point.optimizer is None) == (optimizer is None)
    if optimizer:
        assert point.optimizer["m/fc/kernel"].tobytes() == MOMENTS["m/fc/kernel"].tobytes()
    initial = load_initial(paths, 1)
    assert initial.step == 0 and initial.weights["fc/kernel"].tolist() == [[1, 2, 3], [4, 5, 6]]
    assert paths.rewind_optimizer(1).exists() == bool(optimizer)


def test_without_round_0_nothing_is_read(tmp_path):
    paths = RunPaths(tmp_path)
    save_point(paths, 1, RewindPoint(WEIGHTS))
    with pytest.raises(RunError, match="no finished network of trial 1 vouches for"):
        load_point(paths, 1, 0)
