"""When a run's report is up to date, and when it is written again."""

import gin
import pytest

from lth_keras import files
from lth_keras.commands.main import main
from lth_keras.report import is_current, report_figures, write_report


@pytest.mark.parametrize("gone", [
    None, "report.html", "summary.tex", "figures/forest_full.pdf", "tensorboard/ticket@01",
    "tensorboard_trials/ticket@01/trial_01",
])
def test_a_report_is_current_while_nothing_of_it_is_missing(make_run, monkeypatch, gone):
    one = report_figures.Picture("forest_full", "t", "c", png=b"\0" * 24, pdf=b"")
    monkeypatch.setattr(report_figures, "draw", lambda run, comparisons: [one])
    root = make_run(trials=1, rounds=1)
    assert not is_current(root)
    write_report(root)
    if gone is not None:
        for path in [root / gone, *(root / gone).glob("*")][::-1]:
            path.rmdir() if path.is_dir() else path.unlink()
    assert is_current(root) == (gone is None)


def test_a_report_of_less_is_not_current(make_run, undrawn):
    root = make_run(trials=1, rounds=1, state="running")
    write_report(root)
    header = files.read_sealed_json(root / "run.json")
    tables = {"metrics.csv": files.sha256(root / "metrics.csv")}
    files.write_sealed_json(root / "run.json", header | {"state": "done", "tables": tables})
    assert not is_current(root)
    write_report(root)
    assert is_current(root)


def test_the_same_command_again_changes_no_byte(tmp_path, capsys):
    command = [
        "--gin_file=gin/smoke/mnist_lt.gin", f"--output_dir={tmp_path}",
        *(f"--gin_param={binding}" for binding in (
            "Experiment.trials = 1", "Experiment.duration = '2it'", "IMP.duration = '1it'",
            "RewindingSchedule.rounds = 1", "ROUNDS = (1,)", "Experiment.jit = False",
            "Experiment.variants = [@full/Variant(), @ticket/Variant()]",
            "Experiment.evaluate_every = '1it'", "Dataset.name = 'mnist1d'",
            "Dataset.train_examples = 500", "Dataset.test_examples = 100"))]
    assert main(command) == 0

    def whole():
        # The lock says which process had it last.
        return {path: (path.stat().st_mtime_ns, path.read_bytes())
                for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"}
    before = whole()
    assert {"report.html", "summary.md", "summary.tex", "comparisons.csv"} <= {
        path.name for path in before}
    gin.clear_config()
    assert main(command) == 0
    assert whole() == before
