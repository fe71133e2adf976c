"""Whether training was long enough to judge by."""

import numpy as np
import pandas as pd

from lth_keras.statistics.training_length import too_short, unreached_stops, within_training


def metrics_of(losses):
    """Metrics of {(variant, round, trial): validation losses at steps 10, 20, …}."""
    return pd.DataFrame([
        {"variant": variant, "round": round, "trial": trial, "step": 10 * (place + 1),
         "train_loss": loss, "val_loss": loss, "test_loss": loss}
        for (variant, round, trial), values in losses.items() for place, loss in enumerate(values)
    ])


FALLING, REACHED = (0.9, 0.5, 0.4), (0.9, 0.4, 0.5)


def test_a_loss_that_was_still_falling_is_counted_by_network():
    stops = unreached_stops(metrics_of({
        ("full", 0, 1): FALLING, ("full", 0, 2): REACHED, ("ticket", 1, 1): FALLING,
        ("ticket", 1, 2): FALLING}))
    assert [(each.variant, each.trials, each.still_falling, each.last_step) for each in stops] == [
        ("full", 2, 1, 30), ("ticket", 2, 2, 30)]


def test_a_trial_that_diverged_is_not_one_that_was_stopped_too_early():
    (stop,) = unreached_stops(metrics_of({
        ("full", 0, 1): REACHED, ("full", 0, 2): (0.9, 0.5, np.inf)}))
    assert (stop.trials, stop.still_falling) == (1, 0)


def test_without_a_validation_loss_or_with_one_evaluation_nothing_is_said():
    assert unreached_stops(metrics_of({("full", 0, 1): (np.nan, np.nan)})) == []
    (stop,) = unreached_stops(metrics_of({("full", 0, 1): (0.5,)}))
    assert stop.still_falling == 0


def test_too_short_is_said_for_most_networks_or_few_updates():
    most = metrics_of({("full", 0, 1): FALLING, ("ticket", 1, 1): FALLING,
                       ("remask", 1, 1): REACHED, ("imp", 0, 1): FALLING})
    assert too_short(most, 1000) == [
        "in 2 of 3 networks the validation loss was still falling when training ended "
        "(full, ticket@01)"]
    (many,) = too_short(metrics_of({(f"v{i}", 1, 1): FALLING for i in range(12)}), 1000)
    assert many.endswith("(v0@01, v1@01, v2@01, v3@01, v4@01, v5@01, v6@01, v7@01, v8@01, v9@01 "
                         "and 2 more)")
    half = metrics_of({("full", 0, 1): FALLING, ("ticket", 1, 1): REACHED})
    assert too_short(half, 1000) == []
    assert too_short(half, 15) == ["a round of pruning had 15 updates, under 200"]


def test_intervals_end_where_training_did():
    summary = pd.DataFrame([{
        "variant": "full", "round": 0, "early_stop_step_ci_low": -12.0,
        "early_stop_step_ci_high": 302.0, "speed_up_vs_full_ci_low": -9.0,
        "speed_up_vs_full_ci_high": 30.0}])
    metrics = metrics_of({("full", 0, 1): REACHED})
    cut = within_training(summary, metrics)
    assert cut.loc[0, ["early_stop_step_ci_low", "early_stop_step_ci_high"]].tolist() == [0, 30]
    assert cut.loc[0, ["speed_up_vs_full_ci_low", "speed_up_vs_full_ci_high"]].tolist() == [0, 30]
    assert summary.loc[0, "early_stop_step_ci_high"] == 302
