"""Published figures: what they accept, and their verdicts."""

import gin
import pandas as pd
import pytest

from lth_keras.errors import ConfigurationError
from lth_keras.metric import ACCURACY
from lth_keras.statistics.published import PublishedFigure, compare
from lth_keras.statistics.summary import summary_columns

SUMMARY = pd.DataFrame(
    [
        {"variant": "ticket", "round": 6, "max_mean_test_accuracy": 0.93,
         "min_mean_train_loss": 0.4, "test_accuracy_final_mean": 0.92,
         "test_accuracy_final_ci_low": 0.9, "test_accuracy_final_ci_high": 0.94},
        {"variant": "reinit", "round": 6, "diff_vs_ticket": -0.02,
         "diff_vs_ticket_ci_low": -0.05, "diff_vs_ticket_ci_high": 0.01},
    ],
    columns=summary_columns(ACCURACY),
)


FIGURE = {
    "variant": "ticket", "round": 6, "metric": "max_mean_test_accuracy", "value": 0.93,
    "source": "Table 1", "tolerance": 0.003,
}


@pytest.mark.parametrize(
    "change, within",
    [
        ({}, True),
        ({"value": 0.933}, True),
        ({"value": 0.9331}, False),
        ({"value": 0.9269}, False),
        ({"metric": "min_mean_train_loss", "value": 0.2, "tolerance": None,
          "tolerance_ratio": 2.0}, True),
        ({"metric": "min_mean_train_loss", "value": 0.8, "tolerance": None,
          "tolerance_ratio": 2.0}, True),
        ({"metric": "min_mean_train_loss", "value": 0.81, "tolerance": None,
          "tolerance_ratio": 2.0}, False),
        ({"round": 10}, None),
        ({"variant": "remask"}, None),
        ({"variant": "reinit", "metric": "min_mean_train_loss"}, None),
    ],
)
def test_verdicts(change, within):
    figure = PublishedFigure(**(FIGURE | change))
    [verdict] = compare(SUMMARY, [figure])
    assert verdict.within is within
    assert verdict.published is figure
    assert (verdict.ours is None) == (within is None)


def test_a_verdict_has_the_interval_that_the_summary_has():
    change = [
        {"metric": "test_accuracy_final_mean"},
        {"metric": "diff_vs_ticket", "variant": "reinit", "value": -0.02},
        {},
    ]
    final, difference, best = compare(SUMMARY, [PublishedFigure(**(FIGURE | c)) for c in change])
    assert final.ci == (0.9, 0.94)
    assert difference.within and difference.ci == (-0.05, 0.01)
    assert best.ci is None


@pytest.mark.parametrize(
    "change, words",
    [
        ({"metric": "accuracy"}, "'accuracy'; expected one of early_stop_step_mean"),
        ({"value": 93.0}, "divide percent by 100"),
        ({"tolerance": None}, "exactly one"),
        ({"tolerance_ratio": 2.0}, "exactly one"),
        ({"tolerance": -0.1}, "-0.1"),
        ({"tolerance": None, "tolerance_ratio": 0.5}, "0.5"),
    ],
)
def test_wrong_figures_are_refused(change, words):
    with pytest.raises(ConfigurationError, match=words) as error:
        PublishedFigure(**(FIGURE | change)).check(ACCURACY)
    # gin adds a line of its own that names the configurable.
    assert "ticket at round 6" in str(error.value).partition("\n")[0]


def test_gin_makes_them():
    gin.parse_config("""
        a/PublishedFigure.variant = 'ticket'
        a/PublishedFigure.round = 6
        a/PublishedFigure.metric = 'min_mean_train_loss'
        a/PublishedFigure.value = 1.71e-3
        a/PublishedFigure.tolerance_ratio = 3.0
        a/PublishedFigure.source = 'Table 1'
    """)
    try:
        with gin.config_scope("a"):
            figure = PublishedFigure()
    finally:
        gin.clear_config()
    assert figure.bounds() == pytest.approx((0.57e-3, 5.13e-3))
