"""The jobs of a trial and their order, variants that equal a network of IMP, and layer collapse."""

import types

import numpy as np
import pytest

from lth_keras import criteria
from lth_keras.errors import ConfigurationError
from lth_keras.experiment import (
    ChainedMask,
    FoundMask,
    FreshDraw,
    InitialWeights,
    KeepAll,
    PrunedMask,
    RewoundWeights,
    TrainedWeights,
    Variant,
    pruner,
)
from lth_keras.experiment.imp import trial_jobs
from lth_keras.pruning import PrunableWeight, RewindingSchedule


def experiment(*variants, rounds=3):
    imp = types.SimpleNamespace(schedule=RewindingSchedule(rounds), keep_optimizer=False)
    return types.SimpleNamespace(imp=imp, variants=variants, trials=1)


FINE_TUNE = Variant("fine_tune", ChainedMask(), TrainedWeights(), rounds=(2,))
RESTORED = Variant("restored", KeepAll(), TrainedWeights("fine_tune", "set_back"), rounds=(2,))


def test_a_chain_trains_every_round_up_to_the_last_wanted_and_needs_go_first():
    jobs = trial_jobs(experiment(RESTORED, FINE_TUNE), 1)
    assert [job.name for job in jobs] == [
        "round_00", "round_01", "round_02", "round_03",
        "fine_tune@01", "fine_tune@02", "restored@02"]
    by_name = {job.name: job for job in jobs}
    assert by_name["fine_tune@01"].reads == ("round_00",)
    assert by_name["fine_tune@02"].needs == ("round_02", "fine_tune@01")
    assert [job.name for job in jobs if job.keeps_optimizer] == ["round_00", "fine_tune@01"]


def test_a_network_that_is_needed_and_not_trained_is_named():
    with pytest.raises(ConfigurationError, match="'restored' needs 'fine_tune@02', which the exp"):
        trial_jobs(experiment(RESTORED), 1)
    alone = Variant("alone", FoundMask(), TrainedWeights(), rounds=(2,))
    with pytest.raises(ConfigurationError, match="'alone' needs 'alone@01'"):
        trial_jobs(experiment(alone), 1)


def test_a_circle_is_named():
    circle = [
        Variant(name, FoundMask(), TrainedWeights(of), rounds=(1,))
        for name, of in (("a", "b"), ("b", "a"))]
    with pytest.raises(ConfigurationError, match="in a circle: a@01 needs b@01 needs a@01"):
        trial_jobs(experiment(*circle), 1)


@pytest.mark.parametrize("mask, weights, index, rewind_step, expected", [
    (FoundMask(), RewoundWeights(), 2, 10, 2),
    (FoundMask(), InitialWeights(), 2, 0, 2),
    (FoundMask(), InitialWeights(), 2, 10, None),
    (FoundMask(), FreshDraw(), 2, 0, None),
    (KeepAll(), InitialWeights(), 0, 10, 0),
    (KeepAll(), RewoundWeights(), 0, 0, 0),
    (KeepAll(), RewoundWeights(), 0, 10, None),
    (PrunedMask(), RewoundWeights(), 1, 10, 1),
    (PrunedMask(), RewoundWeights(), 2, 10, None),
    (PrunedMask(criterion=criteria.Magnitude()), RewoundWeights(), 1, 10, 1),
    (PrunedMask(criterion=criteria.Movement()), RewoundWeights(), 1, 10, None),
    (PrunedMask("initial"), RewoundWeights(), 1, 10, None),
    (PrunedMask(scope="global"), RewoundWeights(), 1, 10, None),
    (PrunedMask(iterations=2), RewoundWeights(), 1, 10, None),
    (ChainedMask(), TrainedWeights(), 1, 0, None),
])
def test_what_is_imps_own(mask, weights, index, rewind_step, expected):
    variant = Variant("v", mask, weights, rounds=(index,) if index else ())
    assert variant.imp_round(index, rewind_step, criteria.Magnitude()) == expected
    other = Variant("v", mask, weights, rounds=variant.rounds, data_order="own")
    assert other.imp_round(index, rewind_step, criteria.Magnitude()) is None


def context(minimum, scope="global", rate=0.5):
    shapes = {"fc1/kernel": (2, 10), "fc2/kernel": (2, 2)}
    prunable = tuple(
        PrunableWeight(key, key.split("/")[0], shape, "dense", False)
        for key, shape in shapes.items())
    schedule = RewindingSchedule(3, rate, scope=scope, min_per_layer=minimum)
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
