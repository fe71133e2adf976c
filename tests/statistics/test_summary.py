"""The summary against numbers worked out by hand or by a few independent lines."""

import math

import pandas as pd
import pytest
from scipy import stats

from lth_keras.statistics.summary import summarise, without_diverged, write_summary
from lth_keras.store.metrics import COLUMNS, read_csv, rows_to_csv
from tests.statistics.accuracy_rows import accuracy_row, table_fields

DESIGN_COLUMNS = (
    "variant,round,density,trials,"
    "early_stop_step_mean,early_stop_step_ci_low,early_stop_step_ci_high,"
    "test_accuracy_at_early_stop_mean,test_accuracy_at_early_stop_ci_low,"
    "test_accuracy_at_early_stop_ci_high,"
    "test_accuracy_final_mean,test_accuracy_final_ci_low,test_accuracy_final_ci_high,"
    "train_loss_final_mean,train_loss_final_ci_low,train_loss_final_ci_high,"
    "max_mean_test_accuracy,max_mean_test_accuracy_epoch,"
    "min_mean_train_loss,min_mean_train_loss_epoch,"
    "diff_vs_ticket,diff_vs_ticket_ci_low,diff_vs_ticket_ci_high,diff_vs_ticket_p,"
    "diff_vs_full,diff_vs_full_ci_low,diff_vs_full_ci_high,diff_vs_full_p,diverged,"
    "speed_up_vs_full,speed_up_vs_full_ci_low,speed_up_vs_full_ci_high,"
    "matches_full,smallest_matching_density,margin"
)


def network(trial, variant, index, test, val=None, train=None, density=0.5):
    """The evaluations of one network, at steps 0, 10, 20, … and epochs 0, 1, 2, …"""
    return [
        accuracy_row(
            trial, variant, index, density, 10 * i, i,
            None if train is None else train[i], None,
            None if val is None else val[i], None, None, accuracy,
        )
        for i, accuracy in enumerate(test)
    ]


def frame(*networks):
    rows = [table_fields(row) for rows in networks for row in rows]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    numbers = [name for name in COLUMNS if name != "variant"]
    return table.astype({name: "float64" for name in numbers}).astype(
        {"trial": int, "round": int, "step": int}
    )


def row_of(summary, variant, index):
    return summary[(summary["variant"] == variant) & (summary["round"] == index)].iloc[0]


THREE_TRIALS = frame(
    network(1, "imp", 0, [0.1, 0.6, 0.7], density=1.0),
    network(2, "imp", 0, [0.1, 0.6, 0.8], density=1.0),
    network(1, "ticket", 6, [0.1, 0.90, 0.92], [3, 1, 2], [2.0, 0.5, 0.3]),
    network(2, "ticket", 6, [0.2, 0.94, 0.90], [3, 1, 1], [2.0, 0.4, 0.5]),
    network(3, "ticket", 6, [0.3, 0.95, 0.94], [3, 2, 1], [2.0, 0.3, 0.4]),
    network(1, "reinit", 6, [0.1, 0.8, 0.90]),
    network(2, "reinit", 6, [0.1, 0.8, 0.87]),
    network(3, "reinit", 6, [0.1, 0.8, 0.93]),
    network(2, "full", 0, [0.1, 0.8, 0.95], density=1.0),
    network(3, "full", 0, [0.1, 0.8, 0.97], density=1.0),
)


def test_columns_and_order_of_rows():
    summary = summarise(THREE_TRIALS)
    assert ",".join(summary.columns) == DESIGN_COLUMNS
    assert list(zip(summary["variant"], summary["round"], summary["trials"])) == [
        ("full", 0, 2), ("imp", 0, 2), ("ticket", 6, 3), ("reinit", 6, 3),
    ]
    assert summary["density"].tolist() == [1, 1, 0.5, 0.5]
    assert summary["diverged"].tolist() == [0, 0, 0, 0]


def test_means_and_intervals_by_hand():
    ticket = row_of(summarise(THREE_TRIALS), "ticket", 6)
    # Minima of the validation loss: steps 10, 10 (the first of two equal ones) and 20.
    assert ticket["early_stop_step_mean"] == pytest.approx(40 / 3)
    assert ticket["test_accuracy_at_early_stop_mean"] == pytest.approx((0.90 + 0.94 + 0.94) / 3)
    assert ticket["test_accuracy_final_mean"] == pytest.approx(0.92)
    # s = 0.02, n = 3, t(2, 97.5 %) = 4.302653
    half = 4.302653 * 0.02 / math.sqrt(3)
    assert ticket["test_accuracy_final_ci_low"] == pytest.approx(0.92 - half, abs=1e-7)
    assert ticket["test_accuracy_final_ci_high"] == pytest.approx(0.92 + half, abs=1e-7)
    assert ticket["train_loss_final_mean"] == pytest.approx(0.4)
    # Means over trials: 0.2, 0.93, 0.92 and 2.0, 0.4, 0.4.
    assert ticket["max_mean_test_accuracy"] == pytest.approx(0.93)
    assert ticket["max_mean_test_accuracy_epoch"] == 1
    assert ticket["min_mean_train_loss"] == pytest.approx(0.4)


def test_differences_are_paired_over_common_trials():
    summary = summarise(THREE_TRIALS)
    reinit = row_of(summary, "reinit", 6)
    # −0.02, −0.03, −0.01
    test = stats.ttest_rel([0.90, 0.87, 0.93], [0.92, 0.90, 0.94])
    interval = test.confidence_interval(0.95)
    assert reinit["diff_vs_ticket"] == pytest.approx(-0.02)
    assert reinit["diff_vs_ticket_p"] == pytest.approx(test.pvalue)
    assert reinit["diff_vs_ticket_ci_low"] == pytest.approx(interval.low)
    assert reinit["diff_vs_ticket_ci_high"] == pytest.approx(interval.high)
    # full has trials 2 and 3 only: −0.08, −0.04
    assert reinit["diff_vs_full"] == pytest.approx(-0.06)
    assert reinit["diff_vs_full_p"] == pytest.approx(
        stats.ttest_rel([0.87, 0.93], [0.95, 0.97]).pvalue
    )
    for variant, index, column in (
        ("ticket", 6, "diff_vs_ticket"), ("full", 0, "diff_vs_full"), ("full", 0, "diff_vs_ticket"),
    ):
        for end in ("", "_ci_low", "_ci_high", "_p"):
            assert math.isnan(row_of(summary, variant, index)[column + end])


def test_the_ticket_of_another_round_is_not_compared():
    summary = summarise(frame(
        network(1, "ticket", 6, [0.9]), network(1, "ticket", 10, [0.5]),
        network(1, "reinit", 10, [0.4]), network(1, "remask", 3, [0.4]),
    ))
    assert row_of(summary, "reinit", 10)["diff_vs_ticket"] == pytest.approx(-0.1)
    assert math.isnan(row_of(summary, "remask", 3)["diff_vs_ticket"])


def test_one_trial_has_means_and_no_intervals():
    summary = summarise(frame(
        network(1, "ticket", 6, [0.9], [1.0], [0.3]), network(1, "reinit", 6, [0.8], [1.0], [0.3]),
    ))
    assert summary["test_accuracy_final_mean"].tolist() == [0.9, 0.8]
    assert row_of(summary, "reinit", 6)["diff_vs_ticket"] == pytest.approx(-0.1)
    ends = [c for c in summary.columns if c.endswith(("_ci_low", "_ci_high", "_p"))]
    assert len(ends) == 16 and summary[ends].isna().all(axis=None)


def test_without_validation_there_is_no_early_stop():
    reinit = row_of(summarise(THREE_TRIALS), "reinit", 6)
    for name in ("early_stop_step", "test_accuracy_at_early_stop", "train_loss_final"):
        assert math.isnan(reinit[f"{name}_mean"])
    assert math.isnan(reinit["min_mean_train_loss"])
    assert reinit["test_accuracy_final_mean"] == pytest.approx(0.9)


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_diverged_trial_is_counted_and_in_no_mean(loss):
    metrics = frame(
        network(1, "ticket", 6, [0.5, 0.9], [2, 1], [2, 1]),
        network(2, "ticket", 6, [0.99, 0.1], [2, loss], [2, loss]),
        network(3, "ticket", 6, [0.5, 0.8], [2, 1], [2, 1]),
        network(2, "reinit", 6, [0.5, 0.1], [2, loss], [2, loss]),
    )
    summary = summarise(metrics)
    ticket, reinit = row_of(summary, "ticket", 6), row_of(summary, "reinit", 6)
    assert (ticket["trials"], ticket["diverged"]) == (3, 1)
    assert ticket["test_accuracy_final_mean"] == pytest.approx(0.85)
    assert ticket["max_mean_test_accuracy"] == pytest.approx(0.85)
    assert (reinit["trials"], reinit["diverged"]) == (1, 1)
    known = ["variant", "round", "density", "trials", "diverged", "margin"]
    assert reinit.drop(known).isna().all()


def test_without_diverged_drops_those_trials_alone():
    whole = network(1, "ticket", 6, [0.5, 0.9], [2, 1], [2, 1])
    metrics = frame(whole, network(2, "ticket", 6, [0.9, 0.1], [2, 1], [2, math.inf]),
                    network(2, "reinit", 6, [0.5, 0.8], [2, 1], [2, 1]))
    kept = without_diverged(metrics)
    assert list(kept.groupby(["variant", "trial"]).groups) == [("reinit", 2), ("ticket", 1)]
    assert without_diverged(kept).equals(kept)


def test_the_best_mean_is_over_epochs_that_all_trials_have():
    summary = summarise(frame(
        network(1, "imp", 0, [0.1, 0.7, 0.9]), network(2, "imp", 0, [0.1, 0.6]),
    ))
    assert summary["max_mean_test_accuracy"][0] == pytest.approx(0.65)
    assert summary["max_mean_test_accuracy_epoch"][0] == 1


def test_the_order_of_lines_and_the_way_through_a_file_change_nothing(tmp_path):
    expected = summarise(THREE_TRIALS)
    rows = [
        accuracy_row(*(None if pd.isna(v) else v for v in row))
        for row in THREE_TRIALS.itertuples(index=False)
    ]
    (tmp_path / "metrics.csv").write_text(rows_to_csv(rows))
    pd.testing.assert_frame_equal(summarise(read_csv(tmp_path / "metrics.csv")), expected)
    # A frame put together from several has an index that repeats.
    twice = pd.concat([THREE_TRIALS[:8], THREE_TRIALS[8:].reset_index(drop=True)])
    pd.testing.assert_frame_equal(summarise(twice), expected)


def test_written_summary(tmp_path):
    for name in ("a.csv", "b.csv"):
        write_summary(summarise(THREE_TRIALS), tmp_path / name)
    text = (tmp_path / "a.csv").read_text()
    assert (tmp_path / "b.csv").read_text() == text
    header, full, *_ = text.split("\n")
    assert header == DESIGN_COLUMNS
    assert full.startswith("full,0,1.0,2,,,,,,,0.96,")


def test_no_metrics_give_an_empty_summary():
    assert summarise(frame()).empty
    assert ",".join(summarise(frame()).columns) == DESIGN_COLUMNS
