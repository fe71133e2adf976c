"""The documents' tables are those of docs/data, and the check sees it where they are not."""

import csv
import shutil

import pytest

from bench import check_documents
from bench.documents import gallery_and_cost, network_table
from bench.documents.csv_rows import rows_of, write_rows
from bench.documents.tables import ROOT, markdown, tables


@pytest.fixture
def docs(tmp_path):
    """A copy of the documents and of their data."""
    shutil.copytree(ROOT / "docs" / "data", tmp_path / "data")
    for path in (ROOT / "docs").glob("*.md"):
        shutil.copyfile(path, tmp_path / path.name)
    return tmp_path


def changed(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_every_table_of_the_documents_is_that_of_its_csv(docs):
    assert check_documents.check(ROOT / "docs") == []
    before = {path.name: path.read_bytes() for path in docs.glob("*.md")}
    assert check_documents.main([f"--docs={docs}", "--render"]) == 0
    assert {path.name: path.read_bytes() for path in docs.glob("*.md")} == before


def test_a_number_that_was_changed_in_a_document_is_named(docs, capsys):
    changed(docs / "reproduction.md", "| 98.39 | 98.33 ±", "| 98.39 | 98.43 ±")
    assert check_documents.main([f"--docs={docs}"]) == 1
    said = capsys.readouterr().out
    assert "reproduction.md, line" in said and "98.43" in said and "98.33" in said
    assert check_documents.main([f"--docs={docs}", "--render"]) == 0
    assert "98.43" not in (docs / "reproduction.md").read_text("utf-8")


def test_a_number_that_was_changed_in_a_csv_reaches_every_document(docs):
    path = docs / "data" / "vision_transformer.csv"
    header, *rows = rows_of(path)
    column = header.index("diff_vs_ticket")
    write_rows(path, [header, *([*row[:column], "-0.0711", *row[column + 1:]]
                                if row[0] == "random_reinit" else row for row in rows)])
    problems = "\n".join(check_documents.check(docs))
    assert "transformers.md" in problems and "gallery.csv is not what its sources" in problems
    check_documents.render(docs)
    for name in ("transformers.md", "gallery.md"):
        assert "**−7.1 [−10.0, −2.9]**, p = 0.016" in (docs / name).read_text("utf-8")


def test_a_table_that_was_not_taken_yet_is_named(docs, capsys):
    changed(docs / "data" / "tables.csv", "lmc_lenet,mode_connectivity.md,instability",
            "lmc_lenet,mode_connectivity.md,summary")
    assert check_documents.main([f"--docs={docs}"]) == 1
    assert "lmc_lenet.csv has no column 'variant'" in capsys.readouterr().out


def test_a_table_that_was_typed_is_refused(docs):
    with open(docs / "insights.md", "a", encoding="utf-8") as file:
        file.write("\n| level | loss |\n| --- | --- |\n| 1 | 0.5 |\n")
    assert check_documents.check(docs) == [
        "insights.md has a table outside of `<!-- table: NAME -->`"]


def test_a_table_that_no_document_shows_is_named(docs):
    changed(docs / "mode_connectivity.md", "<!-- table: lmc_lenet -->", "<!-- nothing -->")
    assert "lmc_lenet of tables.csv is in no document" in check_documents.check(docs)


@pytest.mark.parametrize("table, old, new, said", [
    ("tables", "@remask/Variant()]'\",5", "@remask/Variant()]'\",4",
     "distributions_mnist_all_data is of 5 trials; tables.csv says 4"),
    ("statements", ",2,lmc_lenet,`dense`", ",much,lmc_lenet,`dense`", "the limits '' and 'much'"),
    ("statements", ",2,lmc_lenet,`dense`", ",0.1,lmc_lenet,`dense`", "gallery.csv is not what"),
    ("tables", "paired,python run.py --gin_file=gin/rivals_mnist.gin --data_dir=DIR,3",
     "paired,python run.py --gin_file=gin/rivals_mnist.gin --data_dir=DIR,2",
     "rivals_mnist_claims is of 3 trials; tables.csv says 2"),
    ("statements", "`dense`,", "`sparse`,", "0 rows '`sparse`'"),
    ("tables", "gin/open_questions_mnist1d.gin,5", "gin/open_questions_mnist1d.gin,4",
     "is of 5 trials; tables.csv says 4"),
    ("structured_resnet20_units_finals", "ticket,3,", "lost,3,",
     "structured_resnet20_units is of 1 and 2 and 3 trials; tables.csv says 3"),
    ("tables", "lmc_lenet,mode_connectivity.md,instability", "lmc_lenet,mode_connectivity.md,felt",
     "has the source 'felt'"),
])
def test_what_a_row_of_the_data_says_wrong_is_named(docs, capsys, table, old, new, said):
    changed(docs / "data" / f"{table}.csv", old, new)
    assert check_documents.main([f"--docs={docs}"]) == 1
    assert said in capsys.readouterr().out


def test_a_runs_summary_becomes_the_table(docs, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    header, *rows = rows_of(docs / "data" / "vision_transformer.csv")
    column = header.index("test_accuracy_final_mean")
    write_rows(run / "summary.csv", [header, *(
        [*row[:column], "0.5", *row[column + 1:]] for row in rows)])
    arguments = [f"--docs={docs}", f"--take={run}", "--as=vision_transformer"]
    assert check_documents.main([*arguments, "--render"]) == 0
    assert "| `full` | 100 % | 3 | 50.0 [" in (docs / "transformers.md").read_text("utf-8")
    assert (docs / "data" / "vision_transformer.csv").read_bytes() == (
        run / "summary.csv").read_bytes()


def test_a_run_without_the_tables_networks_overwrites_nothing(docs, tmp_path, capsys):
    run, taken = tmp_path / "run", docs / "data" / "vision_transformer.csv"
    run.mkdir()
    header, *rows = rows_of(taken)
    write_rows(run / "summary.csv", [header, *(row for row in rows if row[0] != "remask")])
    before = taken.read_bytes()
    assert check_documents.main([f"--docs={docs}", f"--take={run}", "--as=vision_transformer"]) == 1
    assert "no network 'remask@05'" in capsys.readouterr().out and taken.read_bytes() == before


def test_finals_alone_are_taken_for_claims(docs, tmp_path):
    with open(docs / "data" / "tables.csv", "a", encoding="utf-8") as file:
        file.write("carried,reproduction.md,finals,python run.py,1,a core,2026-11-22,\n")
    run = tmp_path / "run"
    run.mkdir()
    write_rows(run / "metrics.csv", [
        ["trial", "variant", "round", "density", "step", "epoch", "train_loss", "val_loss",
         "test_loss", "test_accuracy"],
        ["1", "ticket", "6", "0.25", "9", "1", "0.1", "0.1", "0.1", "0.75"]])
    assert check_documents.main([f"--docs={docs}", f"--take={run}", "--as=carried"]) == 0
    assert rows_of(docs / "data" / "carried_finals.csv")[1] == [
        "ticket", "6", "0.25", "1", "0.75"]
    assert not (docs / "data" / "carried.csv").exists()


@pytest.mark.parametrize("p_value, text", [
    (0.00034, "< 0.001"), (0.0123, "= 0.012"), (0.0498, "= 0.049"), (0.0502, "= 0.050"),
    (0.0996, "= 0.100"), (0.1234, "= 0.12")])
def test_a_p_value_is_shown_on_its_side_of_the_limit(p_value, text):
    assert network_table.p_text(p_value) == text


@pytest.mark.parametrize("run, name, said", [
    ("nowhere", "vision_transformer", "has no summary.csv"), ("", "gallery", "whose source")])
def test_what_cannot_be_taken_is_named(docs, capsys, run, name, said):
    assert check_documents.main([f"--docs={docs}", f"--take={docs / run}", f"--as={name}"]) == 1
    assert said in capsys.readouterr().out


def test_a_networks_row_by_hand():
    entry = {"variant": "reinit", "round": "5", "density": "0.107", "trials": "3",
             "test_accuracy_final_mean": "0.834", "test_accuracy_final_ci_low": "0.78",
             "test_accuracy_final_ci_high": "0.884", "diff_vs_ticket": "-0.058",
             "diff_vs_ticket_ci_low": "-0.12", "diff_vs_ticket_ci_high": "0.007",
             "diff_vs_ticket_p": "0.0619", "diff_vs_full": "", "diff_vs_full_ci_low": "",
             "diff_vs_full_ci_high": "", "diff_vs_full_p": ""}
    rows = network_table.cells([list(entry), list(entry.values())], "reinit@05")
    assert rows[1] == ["`reinit@05`", "10.7 %", "3", "83.4 [78.0, 88.4]",
                       "−5.8 [−12.0, +0.7], p = 0.062", ""]
    with pytest.raises(ValueError, match="no network 'ticket@05'; it has reinit@05"):
        network_table.cells([list(entry), list(entry.values())], "ticket@05")
    assert markdown([["a", "b", "c"], ["1", "", ""]]) == (
        "| a | b | c |\n| --- | --- | --- |\n| 1 | | |\n")


def test_a_difference_that_is_clear_after_holms_correction_is_bold():
    columns = ["variant", "round", "density", "trials", *(
        f"{stem}{end}" for stem in ("diff_vs_ticket", "diff_vs_full")
        for end in ("", "_ci_low", "_ci_high", "_p")), *(
            f"test_accuracy_final_{end}" for end in ("mean", "ci_low", "ci_high"))]
    accuracy = ["0.9", "0.898", "0.902"]  # ± 0.2 points: two decimals.
    rows = [[name, "10", "0.1", "3", "-0.01", "-0.015", "-0.005", p_value, *[""] * 4, *accuracy]
            for name, p_value in (("reinit", "0.02"), ("remask", "0.03"))]
    # Of two p values the smaller is doubled: 0.04 is below 0.05; beside a third it is 0.06.
    for networks, text in (("reinit@10 remask@10", "**−1.00 [−1.50, −0.50]**, p = 0.020"),
                           ("reinit@10 remask@10 set@10", "−1.00 [−1.50, −0.50], p = 0.020")):
        third = ["set", "10", "0.1", "3", *["0.5"] * 3, "0.9", *[""] * 4, *accuracy]
        shown = network_table.cells([columns, *rows, third], networks)[1]
        assert shown[3:5] == ["90.00 [89.80, 90.20]", text]
    # Over the whole table a test in its second column counts too.
    assert len(network_table.clear_cells([columns, *rows], "reinit@10 remask@10")) == 2
    rows[0][11] = "0.9"
    assert network_table.clear_cells([columns, *rows], "reinit@10 remask@10") == set()


def test_the_costs_are_computed_from_the_ledger(docs):
    with open(docs / "data" / "ledger.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    place = next(i for i, row in enumerate(rows) if row["run"].endswith("do nothing else"))
    first, shown = rows[place], gallery_and_cost.tables(docs, tables(docs))["cost"][1 + place]
    assert (first["updates"], first["seconds"], first["gpu_ms"]) == ("317625", "1128", "0.3")
    assert shown[3:6] == ["317,625", "1,128", "3.6"] and shown[-1] == "95"
