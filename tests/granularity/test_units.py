"""`Units`, of each layer by itself: whole columns of a kernel go, outputs of the network stay."""

import numpy as np
import pytest

from lth_keras.errors import ConfigurationError
from lth_keras.granularity import Units
from lth_keras.pruning import RewindingSchedule
from tests.granularity.kernels import dense_masks, kernel, pruned


def test_whole_units_go_and_the_outputs_stay():
    weights = [kernel("conv/kernel", (1, 1, 2, 4), "conv"),
               kernel("out/kernel", (4, 3), is_output=True)]
    schedule = RewindingSchedule(1, 0.5, granularity=Units())
    scores = {"conv/kernel": np.array([[[[1.0, 4, 2, 3], [1, 4, 2, 3]]]]),
              "out/kernel": np.ones((4, 3))}
    found = pruned(schedule.granularity.grouping(weights), schedule, scores,
                   dense_masks(weights), 1)
    assert found["conv/kernel"][0, 0].tolist() == [[False, True, False, True]] * 2
    assert found["out/kernel"].all()


def test_refused():
    with pytest.raises(ConfigurationError, match="Units.pooling is 'median'"):
        Units("median")
    with pytest.raises(ConfigurationError, match="finds no groups in the model"):
        Units().grouping([kernel("out/kernel", (3, 2), is_output=True)])
