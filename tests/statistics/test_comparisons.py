"""Holm's correction, effect sizes and paired tests, by hand and by SciPy."""

import math

import pytest
from scipy import stats

from lth_keras.statistics.comparisons import comparisons, effect_size, holm, trial_differences
from lth_keras.store.metrics import read_csv, rows_to_csv
from tests.statistics.accuracy_rows import accuracy_row


@pytest.mark.parametrize("given, expected", [
    ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
    ([0.5, 0.6], [1.0, 1.0]),
    ([0.04], [0.04]),
    ([], []),
    ([0.02, 0.02], [0.04, 0.04]),
])
def test_holm(given, expected):
    assert holm(given) == pytest.approx(expected)


def test_holm_counts_only_tests_that_were_made():
    corrected = holm([0.01, math.nan, 0.02])
    assert corrected[0] == pytest.approx(0.02) and corrected[2] == pytest.approx(0.02)
    assert math.isnan(corrected[1])


def test_effect_size_is_cohens_d_z():
    assert effect_size([1.0, 2.0, 3.0]) == pytest.approx(2.0)
    assert math.isnan(effect_size([0.5]))
    assert math.isnan(effect_size([0.1 + 0.2, 0.3]))


def metrics(tmp_path, accuracies):
    """A metrics table: {(variant, round): accuracy of each trial}."""
    rows = [
        accuracy_row(trial, variant, index, 0.5 if index else 1.0, 10, 1, test_accuracy=accuracy)
        for (variant, index), each in accuracies.items()
        for trial, accuracy in enumerate(each, 1)
    ]
    (tmp_path / "m.csv").write_text(rows_to_csv(rows))
    return read_csv(tmp_path / "m.csv")


def test_comparisons_against_scipy(tmp_path):
    data = {
        ("full", 0): [0.95, 0.96, 0.97, 0.95], ("ticket", 1): [0.94, 0.96, 0.95, 0.94],
        ("reinit", 1): [0.90, 0.93, 0.91, 0.92], ("imp", 1): [0.5, 0.5, 0.5, 0.5],
    }
    table = comparisons(metrics(tmp_path, data), margin=0.01).set_index(["reference", "variant"])
    assert set(table.index) == {("ticket", "full"), ("ticket", "reinit"), ("full", "ticket"),
                                ("full", "reinit")} - {("ticket", "full")}
    pair = stats.ttest_rel(data["reinit", 1], data["full", 0])
    row = table.loc[("full", "reinit")]
    assert row["p"] == pytest.approx(pair.pvalue)
    low, high = pair.confidence_interval(0.95)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high))
    family = table.loc["full"]
    assert family["p_holm"].to_list() == pytest.approx(holm(family["p"].to_list()))
    assert row["matching"] == "no" and row["margin"] == 0.01


def test_one_trial_has_a_difference_and_nothing_else(tmp_path):
    table = comparisons(metrics(tmp_path, {("full", 0): [0.95], ("ticket", 1): [0.94]}), 0.002)
    (row,) = table.to_dict("records")
    assert row["difference"] == pytest.approx(-0.01) and row["trials"] == 1
    assert all(math.isnan(row[name]) for name in ("ci_low", "p", "p_holm", "effect_size"))
    assert row["matching"] == "one trial"


def test_the_differences_of_trials_are_those_whose_mean_is_compared(tmp_path):
    table = metrics(tmp_path, {
        ("full", 0): [0.95, 0.97, 0.9], ("ticket", 1): [0.94, 0.96], ("reinit", 1): [0.90, 0.91],
        ("imp", 1): [0.5, 0.5]})
    rows = comparisons(table, 0.002).set_index(["reference", "variant", "round"])
    for reference in ("ticket", "full"):
        for key, each in trial_differences(table, reference).items():
            assert len(each) == 2
            assert sum(each) / 2 == pytest.approx(rows.loc[(reference, *key), "difference"])
    assert trial_differences(table, "ticket") == {
        ("reinit", 1): pytest.approx([-0.04, -0.05])}


def test_only_common_trials_are_paired(tmp_path):
    data = {("full", 0): [0.9, 0.9, 0.9], ("ticket", 1): [0.8, 0.7]}
    (row,) = comparisons(metrics(tmp_path, data), 0.002).to_dict("records")
    assert row["trials"] == 2 and row["difference"] == pytest.approx(-0.15)


def test_equal_differences_are_no_finding(tmp_path):
    data = {("full", 0): [0.95, 0.96], ("ticket", 1): [0.94, 0.95], ("reinit", 1): [0.94, 0.95],
            ("remask", 1): [0.90, 0.93]}
    table = comparisons(metrics(tmp_path, data), 0.002).set_index(["reference", "variant"])
    row = table.loc["full", "ticket"]
    assert row["difference"] == pytest.approx(-0.01) and row["matching"] == "open"
    assert row[["ci_low", "ci_high", "p", "p_holm", "effect_size"]].isna().all()
    # Of the three comparisons with full one is a test.
    assert table.loc[("full", "remask"), "p_holm"] == table.loc[("full", "remask"), "p"]
    row = table.loc["ticket", "reinit"]
    assert (row["ci_low"], row["ci_high"], row["p"], row["matching"]) == (0, 0, 1, "yes")
