"""Speed-up over the full network and the smallest matching density, by hand."""

import io

import pandas as pd
import pytest
from rich.console import Console

from lth_keras.console.summary_tables import against_full_table
from lth_keras.statistics.comparisons import comparisons
from lth_keras.statistics.summary import summarise
from lth_keras.store.metrics import COLUMNS
from tests.records.rows import accuracy_row, table_fields


def network(trial, variant, index, density, test, val):
    """Evaluations at steps 100, 200, …"""
    return [
        accuracy_row(trial, variant, index, density, 100 * i, i, 0.1, 0.9, loss, 0.9, 0.1, accuracy)
        for i, (accuracy, loss) in enumerate(zip(test, val, strict=True), start=1)
    ]


# Full stops at steps 400 and 200; the tickets sooner, later, or at another accuracy.
NETWORKS = [
    network(1, "full", 0, 1.0, [0.5, 0.6, 0.7, 0.900], [4, 3, 2, 1]),
    network(2, "full", 0, 1.0, [0.5, 0.6, 0.7, 0.900], [4, 1, 2, 3]),
    network(1, "ticket", 1, 0.8, [0.5, 0.6, 0.7, 0.910], [1, 2, 3, 4]),
    network(2, "ticket", 1, 0.8, [0.5, 0.6, 0.7, 0.900], [2, 1, 3, 4]),
    network(1, "ticket", 2, 0.6, [0.5, 0.6, 0.7, 0.890], [4, 3, 2, 1]),
    network(2, "ticket", 2, 0.6, [0.5, 0.6, 0.7, 0.900], [4, 3, 2, 1]),
    network(1, "ticket", 3, 0.4, [0.5, 0.6, 0.7, 0.899], [4, 3, 2, 1]),
    network(2, "ticket", 3, 0.4, [0.5, 0.6, 0.7, 0.897], [4, 3, 2, 1]),
    network(1, "random_reinit", 1, 0.8, [0.5, 0.6, 0.7, 0.8], [4, 3, 2, 1]),
    network(2, "random_reinit", 1, 0.8, [0.5, 0.6, 0.7, 0.801], [4, 3, 2, 1]),
    network(1, "same", 1, 0.9, [0.5, 0.6, 0.7, 0.900], [4, 3, 2, 1]),
    network(2, "same", 1, 0.9, [0.5, 0.6, 0.7, 0.900], [4, 3, 2, 1]),
    network(1, "same", 2, 0.7, [0.5, 0.6, 0.7, 0.900], [4, 3, 2, 1]),
    network(2, "same", 2, 0.7, [0.5, 0.6, 0.7, 0.900], [4, 3, 2, 1]),
    network(1, "shifted", 1, 0.6, [0.5, 0.6, 0.7, 0.800], [4, 3, 2, 1]),
    network(2, "shifted", 1, 0.6, [0.5, 0.6, 0.7, 0.800], [4, 3, 2, 1]),
]


def frame():
    return pd.DataFrame([table_fields(row) for rows in NETWORKS for row in rows],
                        columns=list(COLUMNS))


def printed(summary):
    text = io.StringIO()
    Console(file=text, width=80).print(against_full_table(summary, "a run"))
    return text.getvalue()


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
    assert "one trial has no interval" in " ".join(printed(summary).split())


def test_smallest_matching_density_is_the_variants(summary):
    assert summary.loc["same", "smallest_matching_density"].tolist() == [0.7] * 2
    assert pd.isna(summary.loc[("random_reinit", 1), "smallest_matching_density"])


def test_summary_and_comparisons_say_the_same():
    summary = summarise(frame()).set_index(["variant", "round"])["matches_full"]
    found = comparisons(frame(), 0.002)
    found = found[found["reference"] == "full"].set_index(["variant", "round"])["matching"]
    assert len(found) == 7 and found.to_dict() == summary.drop(("full", 0)).to_dict()


def test_the_table_says_both_in_eighty_columns(summary):
    text = printed(summary.reset_index())
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 80
    assert "same 70.0 %" in " ".join(text.split()) and "above -0.2 points" in " ".join(text.split())
    assert "2.50" in text and "…" not in text


def test_there_is_no_table_without_a_full_network():
    rows = pd.DataFrame(map(table_fields, NETWORKS[2]), columns=list(COLUMNS))
    assert against_full_table(summarise(rows), "a run") is None
