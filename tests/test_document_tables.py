"""The tables of a paper's figures, of early stopping, and of an analysis, by hand."""

import json

import pandas as pd
import pytest

from bench.documents import (
    best_epochs,
    early_stops,
    eigenvalue_table,
    instability_table,
    level_table,
    line_table,
    measure_table,
    run_costs,
    shape_table,
)
from bench.documents.csv_rows import rows_of, write_rows
from lth_keras.store import network_folder


@pytest.fixture
def docs(tmp_path, monkeypatch):
    """The CSVs that --take makes of a run: two trials of two epochs, and a published figure."""
    rows = [(trial, variant, round, 1.0, step, step, loss, loss + 0.1, 0.1, accuracy)
            for trial, variant, round, step, loss, accuracy in [
                (1, "full", 0, 1, 0.004, 0.98), (1, "full", 0, 2, 0.001, 0.97),
                (2, "full", 0, 1, 0.002, 0.96), (2, "full", 0, 2, 0.003, 0.98),
                (1, "remask", 6, 1, 0.02, 0.9), (1, "remask", 6, 2, 0.01, 0.91),
                (1, "full_trained", 0, 1, 0.004, 0.97)]]
    columns = ["trial", "variant", "round", "density", "step", "epoch", "train_loss", "val_loss",
               "test_loss", "test_accuracy"]
    run, data = tmp_path / "run", tmp_path / "data"
    run.mkdir()
    data.mkdir()
    pd.DataFrame(rows, columns=columns).to_csv(run / "metrics.csv", index=False)
    about = {"variant": "full", "round": 0, "tolerance": 0.003, "tolerance_ratio": None}
    header = {"published": [
        {**about, "metric": "max_mean_test_accuracy", "value": 0.9722, "source": "printed 89.6 %"},
        {**about, "metric": "min_mean_train_loss", "value": 0.001, "source": "printed 1e-3",
         "tolerance": None, "tolerance_ratio": 3.0}]}
    (run / "run.json").write_text(json.dumps(header), "utf-8")
    monkeypatch.setattr(network_folder, "header", lambda paths: json.loads(
        paths.run_json.read_text("utf-8")))
    for suffix, table in best_epochs.taken(run).items():
        write_rows(data / f"paper{suffix}.csv", table)
    return tmp_path


def test_the_best_epoch_is_that_of_the_mean_and_not_of_each_trial(docs):
    # Means by epoch: 0.97 and 0.975; losses 0.003 and 0.002. Two trials: t = 12.706, so that the
    # half width is 12.706 × 0.5 points and 12.706 × 1e-3.
    entry = {"table": "paper", "networks": "full remask@06"}
    header, full, remask = best_epochs.cells(docs, entry)
    assert header == best_epochs.HEADER
    assert full == ["`full`", "89.6", "97.22", "97.50 ± 6.35 @ 2", "+0.28, within 0.3", "1.00",
                    "2.00 ± 12.71", "×2.00", "96.50 ± 6.35"]
    assert remask == ["`remask@06`", "–", "–", "91.00 @ 2", "–", "–", "10.00", "–", "91.00"]
    # The paper has one figure, whichever weights D_n is drawn from.
    trained = best_epochs.cells(docs, {**entry, "networks": "full_trained"})[1]
    assert trained[1:5] == ["89.6", "97.22", "97.00 @ 1", "−0.22, within 0.3"]
    with pytest.raises(ValueError, match=r"has no network 'ticket@06'; it has full, remask@06"):
        best_epochs.cells(docs, {**entry, "networks": "ticket@06"})


def test_without_validation_there_is_no_column_of_it(docs):
    path = docs / "data" / "paper.csv"
    header, *rows = rows_of(path)
    write_rows(path, [header, *([*row[:-1], ""] for row in rows)])
    table = best_epochs.cells(docs, {"table": "paper", "networks": "full"})
    assert table[0] == best_epochs.HEADER[:-1] and table[1][-1] == "×2.00"


def test_a_figure_that_is_not_reached_is_said(docs):
    path = docs / "data" / "paper_published.csv"
    path.write_text(path.read_text("utf-8").replace("0.9722", "0.9715"), "utf-8")
    row = best_epochs.cells(docs, {"table": "paper", "networks": "full"})[1]
    assert row[4] == "+0.35, not within 0.3"


def summary(*rows):
    columns = ["variant", "round", "density", *(
        f"{stem}_{end}" for stem in ("early_stop_step", "test_accuracy_at_early_stop")
        for end in ("mean", "ci_low", "ci_high"))]
    return [columns, *rows]


def test_early_stopping_by_density():
    rows = summary(
        ["full", "0", "1", "2950", "1044", "4856", "0.978", "", ""],
        ["ticket", "7", "0.211", "3250", "-2000", "8500", "0.98381", "0.98", "0.9876"],
        ["random_reinit", "7", "0.211", "6450", "", "", "0.9779", "", ""])
    assert early_stops.cells(rows, "full ticket random_reinit @ 7") == [
        ["weights kept", "ticket stops at", "random_reinit stops at", "ticket, test %",
         "random_reinit, test %"],
        ["100 % (`full`)", "2,950 [1,044, 4,856]", "", "97.80", ""],
        ["21.1 %", "3,250 [0, 8,500]", "6,450", "98.38 [98.00, 98.76]", "97.79"]]
    with pytest.raises(ValueError, match="no network 'ticket@10'"):
        early_stops.cells(rows, "full ticket random_reinit @ 10")


def spectrum(trial, network, largest, volume, complete="20"):
    return [str(trial), network, "positive", "20", str(largest), complete, str(volume)]


def test_eigenvalues_are_counted_by_trial_and_level():
    rows = [["trial", "network", "end", "count", "most_extreme", "complete", "log_volume"],
            spectrum(1, "round_01", 0.5, 3.0), spectrum(1, "round_00|round_01", 0.6, 4.0),
            spectrum(1, "round_02", 0.09, 9.0), spectrum(1, "round_01|round_02", 0.1, 4.0, "19"),
            spectrum(2, "round_02", 0.11, 9.0), spectrum(2, "round_01|round_02", 0.1, 4.0),
            spectrum(2, "round_01", 0.5, 3.0), spectrum(2, "round_00|round_01", 0.6, 4.0)]
    # At level 2 the ratios are 0.9 and 1.1, whose logarithms are −0.0050 ± 12.706 × 0.1003, and the
    # log-volumes both are 5 larger.
    assert eigenvalue_table.cells(rows, "1-1 2-2")[1:] == [
        ["1 to 1", "0.83 [0.83, 0.83]", "2 of 2", "−1.0 [−1.0, −1.0]", "0 of 2", "20", "4 of 4"],
        ["2 to 2", "0.99 [0.28, 3.56]", "1 of 2", "+5.0 [+5.0, +5.0]", "2 of 2", "20", "3 of 4"]]
    # Both levels: the means of ln(5/6) with ln 0.9 and with ln 1.1 are −0.1438 and −0.0435.
    assert eigenvalue_table.cells(rows, "1-2")[1][1].startswith("0.91 [")
    for table, networks, said in ((rows, "2-4", "level 3 of trial 1"),
                                  (rows[:-1], "1-2", "level 1 of trial 2")):
        with pytest.raises(ValueError, match=f"no pair of points at {said}"):
            eigenvalue_table.cells(table, networks)


def test_a_measures_table_by_network(tmp_path):
    write_rows(tmp_path / "table.csv", [
        ["trial", "unit", "density", "layer", "gradient_norm", "test_accuracy"],
        ["1", "full", "1", "fc1/kernel", "9", "0.5"], ["1", "full", "1", "all", "0.5", "0.97"],
        ["2", "full", "1", "all", "0.7", "0.98"],
        ["1", "ticket@10", "0.107", "all", "0.000061", "0.9"]])
    rows = measure_table.taken(tmp_path)[""]
    assert len(rows) == 4  # Without the row of a single layer.
    assert measure_table.cells(rows, "full ticket@10 @ gradient_norm test_accuracy") == [
        ["network", "weights kept", "gradient norm", "test accuracy, %"],
        ["`full`", "100 %", "0.600 [−0.671, 1.871]", "97.50 [91.15, 103.85]"],
        ["`ticket@10`", "10.7 %", "6.1e−5", "90.00"]]
    for networks, said in (("imp @ gradient_norm", "no network 'imp'; it has full, ticket@10"),
                           ("full @ loss", "no column 'loss'; it has trial, unit")):
        with pytest.raises(ValueError, match=said):
            measure_table.cells(rows, networks)


def test_two_networks_of_a_measure_are_compared_by_trial():
    # Steps 1,000 less: −900, −1,000, −1,100 ± 4.303 × 100 / √3; ratios 0.55, 0.5, 0.45 ± 0.124,
    # p = 0.0033 both. Accuracies 1, 1, 4 points higher: 2 ± 4.30, p = 0.18.
    rows = [["trial", "unit", "density", "step_raw", "test_accuracy_raw"],
            *([str(trial), unit, "0.2", str(step), str(accuracy)]
              for unit, values in (
                  ("a", ((1100, 0.91), (1000, 0.91), (900, 0.94))),
                  ("b", ((2000, 0.9), (2000, 0.9), (2000, 0.9))))
              for trial, (step, accuracy) in enumerate(values, 1))]
    assert measure_table.cells(rows, "b a~b a/b @ step_raw test_accuracy_raw")[1:] == [
        ["`b`", "20 %", "2,000 [2,000, 2,000]", "90.00 [90.00, 90.00]"],
        ["`a` less `b`", "", "**−1,000 [−1,248, −752]**", "+2.00 [−2.30, +6.30]"],
        ["`a` over `b`", "", "**0.500 [0.376, 0.624]**", ""]]
    # Two tests with p = 0.0033 and one with 0.18: three times 0.0033 is 0.01.
    assert measure_table.clear_cells(rows, "b a~b a/b @ step_raw test_accuracy_raw") == {
        ("`a` less `b`", "step raw"), ("`a` over `b`", "step raw")}
    with pytest.raises(ValueError, match="no network 'c'; it has a, b"):
        measure_table.cells(rows, "a~c @ step_raw")


def test_a_measures_table_by_level(tmp_path):
    write_rows(tmp_path / "table.csv", [
        ["trial", "level", "pair", "layer", "distance"],
        ["1", "1", "rewind-new", "fc1/kernel", "9"], ["1", "1", "rewind-new", "all", "40"],
        ["2", "1", "rewind-new", "all", "42"], ["1", "1", "previous-new", "all", "30.5"],
        ["1", "10", "rewind-new", "all", "31"]])
    rows = level_table.taken(tmp_path)[""]
    # 41 ± 12.706 × √2 / √2.
    assert level_table.cells(rows, "1 @ pair rewind-new previous-new: distance") == [
        ["level", "rewind-new", "previous-new"], ["1", "41.0 [28.3, 53.7]", "30.5"]]
    assert level_table.cells(rows, "1 @ pair rewind-new~previous-new: distance") == [
        ["level", "rewind-new less previous-new"], ["1", "+9.50"]]
    for networks, said in (
            ("10 @ pair previous-new: distance", "no pair 'previous-new' at level 10; it has"),
            ("1 @ curve new: distance", "no column 'curve'"),
            ("1 @ pair rewind-new: loss", "no column 'loss'; it has trial, level")):
        with pytest.raises(ValueError, match=said):
            level_table.cells(rows, networks)


def test_differences_by_level_are_bold_after_holms_correction(tmp_path):
    # Differences −10, −12, −14: −12 ± 4.97, p = 0.0092, times three; 0, 0, 3: 1 ± 4.30;
    # −8, −12, −16: −12 ± 9.94, p = 0.035, doubled.
    write_rows(tmp_path / "table.csv", [
        ["trial", "level", "pair", "distance"],
        *([str(trial), level, pair, str(value)]
          for level, pair, values in (
              ("1", "near", (10, 10, 10)), ("1", "far", (20, 22, 24)),
              ("2", "near", (5, 5, 8)), ("2", "far", (5, 5, 5)),
              ("3", "near", (2, 2, 2)), ("3", "far", (10, 14, 18)))
          for trial, value in enumerate(values, 1))])
    rows = level_table.taken(tmp_path)[""]
    assert level_table.cells(rows, "1 2 3 @ pair near~far: distance")[1:] == [
        ["1", "**−12.0 [−17.0, −7.0]**"], ["2", "+1.00 [−3.30, +5.30]"],
        ["3", "−12.0 [−21.9, −2.1]"]]
    # The same twice, six tests: the smallest p is 0.0092 × 6.
    twice = "1 2 3 @ pair near~far far~near: distance"
    assert level_table.clear_cells(rows, "1 2 3 @ pair near~far: distance") == {
        ("1", "near less far")}
    assert level_table.clear_cells(rows, twice) == set()


def test_lines_are_compared_with_their_ends(tmp_path):
    write_rows(tmp_path / "table.csv", [
        ["trial", "pair", "level", "split", "position", "error"],
        *([trial, "a to b", level, "test", position, error]
          for trial, level, errors in (
              ("1", "1", (0.02, 0.05, 0.04)), ("1", "2", (0.02, 0.01, 0.0)),
              ("2", "1", (0.02, 0.04, 0.04)), ("2", "2", (0.02, 0.03, 0.04)))
          for position, error in zip(("0.0", "0.5", "1.0"), map(str, errors), strict=True)),
        ["1", "a to b", "1", "train", "0.5", "0.9"]])
    rows = line_table.taken(tmp_path)[""]
    assert rows[1] == ["1", "a to b", "1", "0.02", "0.04", "0.05"] and len(rows) == 5
    # Over the mean of the ends 2 and 1 points in trial 1, 1 and 1 in trial 2: 1.25 ± 12.706 × 0.25.
    assert line_table.cells(rows, "a to b = from a to b")[1] == [
        "from a to b", "1.25 [−1.93, 4.43]", "1 of 4", "1.00"]
    # Of one trial there is no interval.
    assert line_table.cells(rows[:3], "a to b = x")[1] == ["x", "1.50", "1 of 2", "1.00"]
    with pytest.raises(ValueError, match="no pair 'c to d'; it has a to b"):
        line_table.cells(rows, "c to d = x")


def test_tests_of_shapes_are_read_from_the_summary(tmp_path):
    said = ("start, round_10, shape in RUN-1: Kolmogorov–Smirnov distance 0.036 between the runs, "
            "0.019 between trials of one run; permutation test over trials: p = 0.0079")
    summary = {"pieces": ["trial_01-round_10", "trial_02-round_10"],
               "statements": ["end, level 10: 2 modes", said]}
    (tmp_path / "summary.json").write_text(json.dumps(summary), "utf-8")
    rows = shape_table.taken(tmp_path)[""]
    assert rows[1:] == [["2", "RUN-1", "start", "0.036", "0.019", "0.0079"]]
    assert shape_table.cells(rows, "RUN-1 = mnist_5k")[1:] == [
        ["mnist_5k", "at the start", "0.036", "0.019", "0.0079"]]
    with pytest.raises(ValueError, match="no run 'RUN-2'; it has RUN-1"):
        shape_table.cells(rows, "RUN-2 = x")
    (tmp_path / "summary.json").write_text(json.dumps(summary | {"statements": []}), "utf-8")
    with pytest.raises(ValueError, match="has no test of shapes"):
        shape_table.taken(tmp_path)


def test_instability_by_group():
    columns = ("rewind", "group", "initialisations", "pairs", "error_barrier", "ci_low", "ci_high",
               "highest", "loss_barrier", "stable")
    rows = [columns, ("0it", "dense", "3", "9", "0.031", "0.02", "0.042", "0.05", "0.5", "False"),
            ("20it", "dense", "3", "9", "0.001", "-0.001", "0.003", "0.002", "0.01", "True")]
    assert instability_table.cells(rows, "dense")[1:] == [
        ["`dense`", "0it", "3.10 [2.00, 4.20]", "5.00 of 9", "0.5000", "not stable"],
        ["`dense`", "20it", "0.10 [−0.10, 0.30]", "0.20 of 9", "0.0100", "stable"]]
    alone = ("0it", "dense", "1", "1", "0.031", "", "", "0.05", "0.5", "False")
    assert instability_table.cells([columns, alone], "dense")[1][2:4] == ["3.10", "5.00 of 1"]
    with pytest.raises(ValueError, match="no group 'ticket'; it has dense"):
        instability_table.cells(rows, "ticket")


def test_of_a_curve_its_last_step_is_taken(tmp_path):
    curve = [["trial", "level", "curve", "step", "train_loss"],
             ["1", "1", "new", "916", "0.1"], ["1", "1", "new", "9160", "0.02"],
             ["1", "1", "new", "0", "2.3"], ["2", "1", "new", "9160", "0.03"],
             ["1", "1", "projected", "916", "0.5"]]
    write_rows(tmp_path / "table.csv", curve)
    assert level_table.taken(tmp_path)[""] == [curve[0], curve[2], curve[4], curve[5]]


def test_a_runs_cost_is_that_of_its_networks(tmp_path):
    run, docs = tmp_path / "run", tmp_path / "docs"
    (docs / "data").mkdir(parents=True)
    facts = {"start_step": 0, "steps": 90, "train_seconds": 2.0, "evaluate_seconds": 0.75,
             "peak_memory_bytes": 1_400_000_000}
    for place, changes in (
            ("trial_01/full", {"equal_to": "round_00"}), ("trial_01/round_00", {}),
            ("trial_02/round_00", {"start_step": 10, "peak_memory_bytes": 1_520_000_000}),
            ("analysis/hessian/trial_01", {"measure": "Hessian", "seconds": 30.5}),
            ("analysis/lines/trial_01", {"measure": "Lines", "seconds": 2.0})):
        (run / place).mkdir(parents=True)
        (run / place / "done.json").write_text(json.dumps(facts | changes), "utf-8")
    ledger = [["run", "document", "networks", "updates", "seconds", "peak_gb", "source"],
              ["ours", "a.md", "", "", "", "", ""], ["another", "b.md", "1", "2", "3", "4", "kept"]]
    write_rows(docs / "data" / "ledger.csv", ledger)
    run_costs.store(docs, run, "ours")
    assert rows_of(docs / "data" / "ledger.csv") == [
        ledger[0], ["ours", "a.md", "2", "170", "6", "1.52", "done.json"], ledger[2]]
    run_costs.store(docs, run / "analysis", "another")
    assert rows_of(docs / "data" / "ledger.csv")[2] == [
        "another", "b.md", "1", "2", "32", "4", "done.json"]
    with pytest.raises(ValueError, match="which has nothing finished"):
        run_costs.store(docs, tmp_path, "ours")
    with pytest.raises(ValueError, match="expected the name of a row of ledger.csv"):
        run_costs.store(docs, run, "theirs")
