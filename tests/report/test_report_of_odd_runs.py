"""The report on broken, cut off and large runs."""

import re
import shutil

import pytest

from lth_keras import files
from lth_keras.commands.main import main
from lth_keras.paths import RunPaths
from lth_keras.report import is_current, report_tables, write_report
from tests.report.pages import cells_of, last_accuracy, page_of


def test_two_trials_are_said_to_be_two(build, undrawn):
    builder = build(rounds=2)
    for trial in (1, 2):
        builder.network(trial, "full", 0, trial)
        for index in (1, 2):
            builder.network(trial, "ticket", index, 10 * trial + index, gain=-0.1)
    root = builder.finish()
    for index, accuracies in ((1, ("0.5", "0.52")), (2, ("0.6", "0.62"))):
        for trial, accuracy in enumerate(accuracies, 1):
            last_accuracy(root, trial, f"ticket@{index:02d}", accuracy)
            last_accuracy(root, trial, "full", ("0.6", "0.62")[trial - 1])
    write_report(root)
    page = page_of(root)
    assert "Two trials: a 95 % interval is 12.7 times as wide" in page
    rows = {row[0]: row[3:] for row in cells_of(page, "differences")}
    assert rows["ticket@01"] == ["−10.00", "–", "–", "–", "–", "open"]
    assert rows["ticket@02"][0] == "+0.00 [+0.00, +0.00]" and rows["ticket@02"][5] == "yes"
    assert "(the only one of 2 tickets to be so)" in page
    for trial in (1, 2):
        shutil.rmtree(RunPaths(root).network(trial, "ticket@02"))
    write_report(root)
    assert "the same in all of 2 trials, which leaves open whether" in page_of(root)


@pytest.mark.parametrize("gone", ["full", "ticket"])
def test_a_missing_variant(build, gone, undrawn):
    builder = build()
    for trial in (1, 2):
        for variant, index in (("imp", 0), ("imp", 1), ("full", 0), ("ticket", 1), ("reinit", 1)):
            builder.network(trial, variant, index, 10 * trial + index, done=variant != gone)
    root = builder.finish("stopped")
    write_report(root)
    page = page_of(root)
    assert f"{gone} has no stored trial" in page
    assert "8 of 10 networks are stored" in page and "was stopped" in page


def test_a_diverged_network(build):
    builder = build()
    for trial in (1, 2, 3):
        for place, (variant, index) in enumerate(
                (("imp", 0), ("imp", 1), ("full", 0), ("ticket", 1), ("reinit", 1))):
            bad = variant == "reinit" or (variant == "ticket" and trial == 2)
            builder.network(trial, variant, index, 10 * trial + place, diverged=bad)
    root = builder.finish()
    write_report(root)
    cells = {row[0]: row for row in cells_of(page_of(root), "results")}
    assert cells["ticket@01"][2] == "3 (1 diverged)" and cells["reinit@01"][2] == "3 (3 diverged)"
    assert cells["reinit@01"][3] == report_tables.NOTHING
    words = re.sub(r"base64,[^\"]*|<script.*?</script>", "", page_of(root), flags=re.S).lower()
    assert "nan" not in words.replace("finance", "")


def test_nothing_stored_yet(build):
    builder = build()
    builder.network(1, "imp", 0, 1, done=False)
    root = builder.finish("running")
    write_report(root)
    assert "0 of 1 networks are stored" in page_of(root) and "was cut off" in page_of(root)


@pytest.mark.ci
def test_thirty_densities(make_run):
    root = make_run(trials=2, rounds=30, variants=("reinit",))
    write_report(root)
    assert len(cells_of(page_of(root), "results")) == 1 + 2 * 30


@pytest.mark.ci
def test_twenty_variants(make_run):
    root = make_run(trials=2, rounds=1, variants=[f"control_{i:02d}" for i in range(18)])
    write_report(root)
    assert len(cells_of(page_of(root), "results")) == 20


def test_a_finished_run_that_lost_networks_says_so(make_run, undrawn, capsys):
    root = make_run(trials=2)
    whole = write_report(root)
    assert whole.is_complete and whole.state() is None and is_current(root)
    header = files.read_sealed_json(root / "run.json")
    tables_of = {name: files.sha256(root / name) for name in ("metrics.csv", "summary.csv")}
    gone = [unit for unit in header["units"] if unit not in ([1, "round_00"], [2, "ticket@02"])]
    for trial, name in gone:
        shutil.rmtree(RunPaths(root).network(trial, name))
    # One of them is recorded as left out.
    header |= {"skipped": {"2/remask@02": "no reason"}, "tables": tables_of}
    files.write_sealed_json(root / "run.json", header)
    assert main(["report", str(root)]) == 0
    said = f"of the 20 networks of this finished run {len(gone) - 1} are not in its folder"
    assert len(gone) == 18 and said in capsys.readouterr().out
    page = page_of(root)
    assert '<p class="warning">Networks are missing: ' + said in page
    assert said in (root / "summary.md").read_text("utf-8")
    assert [row[0] for row in cells_of(page, "results")] == ["ticket@02"]
    # These files hold the only values of the lost networks.
    assert {name: files.sha256(root / name) for name in tables_of} == tables_of
    assert not is_current(root)


def test_a_finished_run_that_left_networks_out_is_complete(build, undrawn):
    builder = build(rounds=1)
    for trial in (1, 2):
        builder.network(trial, "imp", 0, trial)
        builder.network(trial, "ticket", 1, trial, done=False)
    builder.header["skipped"] = {"1/ticket@01": "diverged"}
    builder.header["failed"] = {"2/ticket@01": "gave up"}
    run = write_report(builder.finish())
    assert run.is_complete and run.state() is None
    assert "Networks are missing" not in page_of(run.paths.root)
