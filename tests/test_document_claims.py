"""The documents' tables of paired claims and of accuracy by density, by hand."""

import pandas as pd
import pytest

from bench.documents import network_table, paired_claims, untrained_table
from bench.documents.csv_rows import rows_of, trial_counts, write_rows
from lth_keras.metric import ACCURACY


@pytest.fixture
def docs(tmp_path):
    (tmp_path / "data").mkdir()
    write_rows(tmp_path / "data" / "claims.csv", [
        ["table", "statement", "first", "second", "at"],
        ["claims", "rigl − full", "runs/rigl", "runs/full", "7 10"],
        ["claims", "rigl − chance", "runs/rigl", "0.1", "10"],
        ["lost", "rigl − set", "runs/rigl", "runs/set", "7"],
        ["absent", "rigl − set", "gone/rigl", "runs/set", "7"]])
    rigl = {7: (0.6, 0.62, 0.64), 10: (0.5, 0.5, 0.53)}
    write_rows(tmp_path / "data" / "runs_finals.csv", [
        list(paired_claims.FINALS),
        *(["full", "0", "1", str(trial), "0.5"] for trial in (1, 2, 3)),
        *(["rigl", str(round), str(0.2 if round == 7 else 0.1), str(trial), str(value)]
          for round, values in rigl.items() for trial, value in enumerate(values, 1))])
    return tmp_path


def test_a_cell_is_the_paired_difference_and_bold_where_it_is_clear(docs):
    # Differences 10, 12, 14 points: 12 ± 4.303 × 2 / √3 = 12 ± 4.97, p = 0.0092, twice that by
    # Holm. Differences 0, 0, 3: 1 ± 4.30, p = 0.42.
    assert paired_claims.cells(docs, "claims") == [
        ["difference in test accuracy, points", "at 20 %", "at 10 %"],
        ["rigl − full", "**+12.0 [+7.0, +17.0]**", "+1.0 [−3.3, +5.3]"],
        ["rigl − chance", "", "**+41.0 [+36.7, +45.3]**"]]


def add(path, *rows):
    write_rows(path, [*rows_of(path), *map(list, rows)])


def test_a_column_says_where_its_networks_keep_different_shares(docs):
    add(docs / "data" / "runs_finals.csv", ("set", "7", "0.18", "1", "0.5"),
        ("set", "10", "0.103", "1", "0.5"), ("set", "7", "0.18", "2", "0.6"),
        ("set", "10", "0.103", "2", "0.6"))
    add(docs / "data" / "claims.csv", ("claims", "full − set", "runs/full", "runs/set", "7 10"),
        ("claims", "set − full", "runs/set", "runs/full", "7 10"),
        ("same", "full − set", "runs/full", "runs/set", "7 10"))
    # 0.103 is less than a twentieth above 0.1, and the full network does not count.
    assert paired_claims.cells(docs, "claims")[0][1:] == ["at 18 to 20 %", "at 10 %"]
    assert paired_claims.fewest_trials(docs, "claims") == 2
    with pytest.raises(ValueError, match=r"the titles \['at 100 %', 'at 100 %'\]; expected one"):
        paired_claims.cells(docs, "same")


def test_equal_differences_have_no_interval(docs):
    add(docs / "data" / "claims.csv", ("equal", "full − 0.4", "runs/full", "0.4", "7"),
        ("apart", "rigl − late", "runs/rigl", "runs/late", "7"))
    assert paired_claims.cells(docs, "equal")[1] == ["full − 0.4", "+10.0"]
    add(docs / "data" / "runs_finals.csv", ("late", "7", "0.2", "4", "0.5"))
    with pytest.raises(ValueError, match="rigl and runs/late have no trial in common at round 7"):
        paired_claims.cells(docs, "apart")


@pytest.mark.parametrize("table, said", [
    ("other", "no claim of the table 'other'"),
    ("lost", "'runs/set' at round 7, which runs_finals.csv has not; it has full, rigl"),
    ("absent", "gone_finals.csv is missing; `--take=RUN --as=gone` makes it")])
def test_what_is_missing_is_named(docs, table, said):
    with pytest.raises(ValueError, match=said):
        paired_claims.cells(docs, table)


def test_finals_are_those_of_the_last_evaluation():
    metrics = pd.DataFrame({
        "trial": [1, 1, 2], "variant": "full", "round": 0, "density": 1.0, "step": [10, 20, 20],
        "epoch": [1, 2, 2], "train_loss": 0.1, "val_loss": 0.1, "test_loss": 0.1,
        "test_accuracy": [0.5, 0.75, 0.8125]})
    assert paired_claims.finals_of(metrics, ACCURACY) == [
        list(paired_claims.FINALS), ["full", "0", "1", "1", "0.75"],
        ["full", "0", "1", "2", "0.8125"]]


def test_accuracy_by_density_and_cost():
    columns = ("variant", "round", "density", "test_accuracy_final_mean",
               "test_accuracy_final_ci_low", "test_accuracy_final_ci_high", "training_flops_mean")
    rows = [columns, ("full", "0", "1", "0.9", "0.88", "0.92", "100"),
            ("ticket", "7", "0.2", "0.8", "", "", "250"),
            ("ticket", "10", "0.1", "0.7", "0.6", "0.8", "300"),
            ("long", "7", "0.2", "0.85", "", "", "250")]
    assert network_table.by_density(rows, "full ticket long @ 7 10") == [
        ["network", "at 20 %", "at 10 %", "cost at 20 %, × dense"],
        ["`full`", "90.0 [88.0, 92.0]", "", "1.00"],
        ["`ticket`", "80.0", "70.0 [60.0, 80.0]", "2.50"], ["`long`", "85.0", "", "2.50"]]
    with pytest.raises(ValueError, match="no network 'set@07'; it has full, ticket@07"):
        network_table.by_density(rows, "full ticket set @ 7")


def test_masks_alone():
    columns = ("level", "density", "criterion", "weights", "pruned", "test_accuracy",
               "test_accuracy_ci_low", "test_accuracy_ci_high")
    rows = [columns, ("7", "0.2", "Random()", "constant", "zero", "0.1", "0.05", "0.15"),
            ("7", "0.2", "Random()", "initial", "zero", "0.3", "0.25", "0.35"),
            ("10", "0.1", "Random()", "constant", "zero", "0.2", "0.1", "0.3")]
    assert untrained_table.cells(rows, "constant zero @ 7 10") == [
        ["the mask keeps", "at 20 %", "at 10 %"],
        ["random", "10.0 [5.0, 15.0]", "20.0 [10.0, 30.0]"]]
    assert untrained_table.cells(rows, "constant zero @ 10")[0] == ["the mask keeps", "at 10 %"]
    alone = ("7", "0.2", "Random()", "constant", "zero", "0.1", "", "")
    assert untrained_table.cells([columns, alone], "constant zero @ 7")[1] == ["random", "10.0"]
    for networks in ("constant x @ 7", "constant zero @ 7 9"):
        with pytest.raises(ValueError, match="no rows of 'constant' weights with pruned ones at"):
            untrained_table.cells(rows, networks)


def test_a_trial_that_diverged_or_is_missing_is_not_counted():
    header = ["variant", "round", "trials", "diverged"]
    assert trial_counts([header, ["full", "0", "3", "0"], ["set", "7", "3", "1"]]) == ["2", "3"]
    header = ["trial", "unit", "step"]
    assert trial_counts([header, *(["1", name, "0"] for name in "abc"), ["2", "a", "0"],
                         ["2", "b", "0"], ["2", "a", "1"]]) == ["1", "2"]
    assert trial_counts([header]) == ["0"]
