"""From scores to masks by the schedule: layer collapse, and pruning in several steps."""

import types

import numpy as np
import pytest

from lth_keras import criteria
from lth_keras.experiment import pruner
from lth_keras.granularity import NofM
from lth_keras.pruning import PrunableWeight, RewindingSchedule


def context(minimum, scope="global", rate=0.5, **options):
    shapes = {"fc1/kernel": (2, 10), "fc2/kernel": (2, 2)}
    prunable = tuple(
        PrunableWeight(key, key.split("/")[0], shape, "dense", False)
        for key, shape in shapes.items())
    schedule = RewindingSchedule(3, rate, scope=scope, min_per_layer=minimum, **options)
    return types.SimpleNamespace(
        schedule=schedule, prunable=prunable, probe=lambda *_: None,
        grouping=schedule.granularity.grouping(prunable),
        experiment=types.SimpleNamespace(
            imp=types.SimpleNamespace(criterion=criteria.Magnitude())))


WEIGHTS = {
    "fc1/kernel": np.arange(1, 21, dtype=np.float32).reshape(2, 10),
    "fc2/kernel": np.array([[0.1, 0.2], [0.3, 0.4]], np.float32),
}


@pytest.mark.parametrize("minimum, kept", [(0, (12, 0)), (1, (11, 1)), (3, (9, 3)), (9, (9, 4))])
def test_layer_collapse_is_named_and_prevented_within_the_same_total(minimum, kept, caplog):
    dense = {key: np.ones(array.shape, bool) for key, array in WEIGHTS.items()}
    with caplog.at_level("WARNING"):
        pruned = pruner.prune(context(minimum), WEIGHTS, WEIGHTS, dense, None, round=1)
    # ⌈½ · 23⌉ = 12 of 24 go, unless the minima are more than what is left: 9 and all 4 of 4.
    assert tuple(int(mask.sum()) for mask in pruned.values()) == kept
    assert pruner.collapsed(pruned) == ([] if minimum else ["fc2"])
    assert ("layer 'fc2' without weights" in caplog.text) == (not minimum)


@pytest.mark.parametrize("scope", ["layerwise", "global"])
def test_iterations_end_at_the_schedules_counts(scope):
    made = context(0, scope)
    dense = {key: np.ones(array.shape, bool) for key, array in WEIGHTS.items()}
    seen = []

    class Recorder:
        def scores(self, inputs):
            seen.append(sum(int(mask.sum()) for mask in inputs.masks.values()))
            return {key: np.abs(inputs.weights[key]) for key in inputs.masks}

    pruned = pruner.prune(
        made, WEIGHTS, WEIGHTS, dense, None, round=3, criterion=Recorder(), iterations=4)
    assert len(seen) == 4 and seen[0] == 24 and seen == sorted(seen, reverse=True)
    assert sum(int(mask.sum()) for mask in pruned.values()) == made.schedule.total_count(
        made.prunable, 3)
    # Half way an exponential schedule is at the geometric mean of both ends.
    if scope == "global":
        assert seen[2] == round((24 * made.schedule.total_count(made.prunable, 3)) ** 0.5)


@pytest.mark.parametrize("scope", ["layerwise", "global"])
def test_iterations_leave_a_layer_whole_that_no_pattern_prunes(scope):
    made = context(0, scope, rates={"name:fc2": None}, granularity=NofM(1, 2))
    dense = {key: np.ones(array.shape, bool) for key, array in WEIGHTS.items()}
    pruned = pruner.prune(made, WEIGHTS, WEIGHTS, dense, None, round=2, iterations=3)
    # 20 → 10 by the pattern of 1 of 2, then ⌈½ · 9⌉ = 5 go.
    assert [int(pruned[key].sum()) for key in WEIGHTS] == [5, 4]
