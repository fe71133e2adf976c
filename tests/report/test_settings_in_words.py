"""A run's settings and durations in words."""

from lth_keras.report.settings_in_words import folders, pruning, took, updates_a_round
from lth_keras.store.stored_run import StoredRun


def test_the_setting_in_words(make_run):
    run = StoredRun.load(make_run(trials=2, rounds=1))
    assert updates_a_round(run) == 18
    assert pruning(run) == (
        "1 rounds of 18 updates; 20 % of the remaining weights go in each, within each layer; "
        "ranked by Magnitude; rewound to step 0, the initialisation")
    assert "of training" in took(run) and folders(run) == [
        "figures", "tensorboard", "tensorboard_trials", "trial_01", "trial_02"]


def test_a_kind_of_kernel_that_is_not_pruned_is_named(make_run):
    run = StoredRun.load(make_run(trials=2, rounds=1))
    schedule = run.header["configuration"]["imp"]["schedule"]["config"]
    schedule["rates"] = {"output": None, "conv": 0.1}
    assert "other rates: output not pruned, conv 10 %" in pruning(run)
