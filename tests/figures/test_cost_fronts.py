"""What the cost figure draws: a point a network, the front through those that nothing beats."""

import numpy as np
import pandas as pd

from lth_keras.figures.cost_fronts import cost_fronts


def summary(*rows):
    """(variant, density, training cost, accuracy) of two trials each."""
    return pd.DataFrame([
        {"variant": variant, "round": 1, "density": density, "trials": 2, "diverged": 0,
         "test_accuracy_final_mean": accuracy, "test_accuracy_final_ci_low": accuracy - 0.1,
         "test_accuracy_final_ci_high": accuracy + 0.1, "training_flops_mean": cost,
         "training_flops_ci_low": cost - 2e12, "training_flops_ci_high": cost + 2e12}
        for variant, density, cost, accuracy in rows])


def test_the_front_joins_what_no_other_beats():
    figure = cost_fronts(summary(
        ("cheap", 0.1, 1e12, 0.5), ("beaten", 0.2, 2e12, 0.4), ("dear", 1.0, 4e12, 0.9),
        ("imp", 0.1, 1e11, 0.99)), "a network")
    training, density = figure.axes
    assert training.get_legend_handles_labels()[1] == ["Pareto front", "cheap", "beaten", "dear"]
    (front,) = [line for line in training.lines if line.get_label() == "Pareto front"]
    np.testing.assert_allclose(front.get_xydata(), [[1, 50], [4, 90]])
    (front,) = [line for line in density.lines if line.get_label() == "Pareto front"]
    np.testing.assert_allclose(front.get_xydata(), [[10, 50], [100, 90]])
    # An interval that reaches below 0 does not reach the end of a logarithmic axis.
    (across,) = training.containers[0].lines[2][:1]
    assert across.get_segments()[0][:, 0].min() > 0


def test_there_is_nothing_to_draw_without_costs():
    assert cost_fronts(summary(("imp", 0.1, 1e12, 0.5)), "a network") is None
    assert cost_fronts(summary(("old", 0.1, np.nan, 0.5)), "a network") is None
