"""Speed-up over the full network and the smallest matching density, by hand."""

import pandas as pd
import pytest

from lth_keras.statistics.comparisons import comparisons
from lth_keras.statistics.summary import summarise
from tests.statistics.runs_against_full import frame


@pytest.fixture
def summary():
    return summarise(frame()).set_index(["variant", "round"])


def test_speed_up_is_the_mean_of_each_trials_ratio(summary):
    # 400/100 and 200/200; the ratio of the means, 300/150, would be 2.
    assert summary.loc[("ticket", 1), "speed_up_vs_full"] == pytest.approx(2.5)
    # 400/400 and 200/400.
    assert summary.loc[("ticket", 2), "speed_up_vs_full"] == pytest.approx(0.75)
    # Student's t for one degree of freedom: 12.706 · 0.25.
    low = summary.loc[("ticket", 2), "speed_up_vs_full_ci_low"]
    assert low == pytest.approx(0.75 - 12.7062 * 0.25, abs=1e-4)
    assert pd.isna(summary.loc[("full", 0), "speed_up_vs_full"])


def test_matching_is_of_the_whole_interval(summary):
    # Two trials: mean ± 12.706 · half their distance. No interval of differences lies on one side
    # of −0.2 points, whatever their means (+0.5, −0.5, −0.2) are.
    assert summary.loc["ticket", "matches_full"].tolist() == ["open", "open", "open"]
    assert summary.loc[("same", 1), "matches_full"] == "yes"
    assert summary.loc[("random_reinit", 1), "matches_full"] == "no"
    # Ten points lower in both trials, and no spread to judge that by.
    assert summary.loc[("shifted", 1), "matches_full"] == "open"
    assert pd.isna(summary.loc[("full", 0), "matches_full"])
    assert set(summary["margin"]) == {0.002}


def test_the_margin_decides():
    summary = summarise(frame(), margin=0.2).set_index(["variant", "round"])
    assert set(summary.loc[["ticket", "random_reinit"], "matches_full"]) == {"yes"}
    assert summary.loc["ticket", "smallest_matching_density"].tolist() == [0.4] * 3


def test_one_trial_is_said_to_be_one():
    rows = frame()
    summary = summarise(rows[rows["trial"] == 1])
    assert set(summary.loc[summary["variant"] != "full", "matches_full"]) == {"one trial"}
    assert summary["smallest_matching_density"].isna().all()


def test_smallest_matching_density_is_the_variants(summary):
    assert summary.loc["same", "smallest_matching_density"].tolist() == [0.7] * 2
    assert pd.isna(summary.loc[("random_reinit", 1), "smallest_matching_density"])


def test_summary_and_comparisons_say_the_same():
    summary = summarise(frame()).set_index(["variant", "round"])["matches_full"]
    rows = comparisons(frame(), 0.002)
    rows = rows[rows["reference"] == "full"].set_index(["variant", "round"])["matching"]
    assert len(rows) == 7 and rows.to_dict() == summary.drop(("full", 0)).to_dict()
