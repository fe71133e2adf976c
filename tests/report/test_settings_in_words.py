"""A run's settings and durations in words."""

from lth_keras.report.settings_in_words import (
    example,
    folders,
    masked_example,
    pruning,
    rounds,
    spelt,
    took,
    updates_a_round,
)
from lth_keras.store.stored_run import StoredRun


def test_the_setting_in_words(make_run):
    run = StoredRun.load(make_run(trials=2, rounds=1))
    assert updates_a_round(run) == 18
    assert pruning(run) == (
        "1 round of 2 epochs (18 updates); 20 % of the remaining weights go in each, within each "
        "layer; ranked by Magnitude; rewound to step 0, the initialisation")
    assert "of training" in took(run) and folders(run) == [
        "figures", "tensorboard", "tensorboard_trials", "trial_01", "trial_02"]
    assert example(run) == ("ticket@01", 1) and masked_example(run) == "round_00|round_01"
    assert (spelt("1ep"), spelt("5000it")) == ("1 epoch", "5,000 iterations")


def test_a_copy_of_a_round_is_no_training(make_run):
    run = StoredRun.load(make_run(trials=1, rounds=1))
    steps = sum(facts["steps"] - facts.get("start_step", 0) for facts in run.facts.values())
    assert f"({steps:,} updates)" in took(run)
    assert "memory" not in took(run)  # Made by a version that did not store it.
    run.facts[1, "round_00"]["peak_memory_bytes"] = 1_440_000_000
    assert "; 1.4 GB of main memory at most" in took(run)
    copy = next(facts for (_, name), facts in run.facts.items() if name == "full")
    copy["equal_to"] = "round_00"
    assert f"({steps - copy['steps']:,} updates)" in took(run)


def test_a_later_rewind_point_makes_later_rounds_shorter(make_run):
    run = StoredRun.load(make_run(trials=1, rounds=2))
    assert rounds(run) == "2 rounds of 2 epochs (18 updates) each"
    run.header["rewind_step"] = 4
    assert rounds(run) == (
        "2 rounds of 2 epochs (round 0 trains 18 updates, each later round 14: from the rewind "
        "point at step 4 to the same end)")


def test_a_kind_of_kernel_that_is_not_pruned_is_named(make_run):
    run = StoredRun.load(make_run(trials=2, rounds=1))
    schedule = run.header["configuration"]["imp"]["schedule"]["config"]
    schedule["rates"] = {"output": None, "conv": 0.1}
    assert "other rates: output not pruned, conv 10 %" in pruning(run)
