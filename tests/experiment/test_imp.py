"""The jobs of a trial, and variants that equal a network of IMP."""

import types

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
)
from lth_keras.experiment.imp import trial_jobs
from lth_keras.pruning import RewindingSchedule


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
