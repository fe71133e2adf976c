"""The metric against density: what is drawn for each variant, and for each trial."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection

from lth_keras.figures import densities, style
from lth_keras.metric import ACCURACY
from lth_keras.statistics.comparisons import comparisons, trial_differences
from lth_keras.statistics.summary import summarise, trial_values
from lth_keras.store.metrics import COLUMNS
from tests.statistics.accuracy_rows import accuracy_row, table_fields

FINALS = {("full", 0): (0.95, 0.97), ("ticket", 1): (0.94, 0.96), ("remask", 1): (0.90, 0.91)}


@pytest.fixture
def metrics():
    rows = [
        accuracy_row(trial, variant, round, 0.8**round, 10 * epoch, epoch, 1 / epoch, 0.5,
                     1 / epoch, 0.5, 1 / epoch, value - 0.1 * (2 - epoch))
        for (variant, round), values in FINALS.items() for trial, value in enumerate(values, 1)
        for epoch in (1, 2)]
    return pd.DataFrame(map(table_fields, rows), columns=list(COLUMNS))


def points_of(panel):
    """[(x, y)] of the small points, by their sets."""
    return [np.asarray(each.get_offsets()) for each in panel.collections
            if isinstance(each, PathCollection)]


def test_each_trial_is_a_point_beside_its_mean(metrics):
    with style.settings():
        figure = densities.metric_by_density(
            summarise(metrics), ("test_accuracy_final",), "x", "t", tuple(n for n, _ in FINALS),
            trials=trial_values(metrics, ACCURACY))
        panel = figure.axes[0]
        means = {line.get_label(): line.get_xydata() for line in panel.get_lines()}
        drawn = points_of(panel)
    for (name, _), values in FINALS.items():
        (own,) = [each for each in drawn if sorted(each[:, 1]) == pytest.approx(
            [100 * value for value in values])]
        if name != "full":  # That is a level line.
            assert own[:, 0] == pytest.approx(means[name][0, 0])
    # Both are of 80 %; they stand beside each other.
    assert means["ticket"][0, 0] > 81 > 79 > means["remask"][0, 0] > 70


def test_variants_beside_each_other_stay_nearer_than_rounds():
    factors = style.side_by_side(["full", "imp", "ticket", "a", "b"], [0.8, 0.64])
    assert factors["full"] == factors["imp"] == 1 and factors["a"] == pytest.approx(1)
    assert factors["ticket"] / factors["b"] < np.sqrt(0.8 / 0.64) + 0.01
    assert style.side_by_side(["ticket"], [0.8]) == {"ticket": 1}


def test_the_differences_of_trials_have_the_mean_that_is_compared(metrics):
    rows = comparisons(metrics, 0.002).set_index(["reference", "variant", "round"])
    for reference in ("ticket", "full"):
        for key, each in trial_differences(metrics, reference).items():
            assert len(each) == 2
            assert np.mean(each) == pytest.approx(rows.loc[(reference, *key), "difference"])
    assert trial_differences(metrics, "ticket")["remask", 1] == pytest.approx([-0.04, -0.05])
