"""`list`: state, progress, data and best ticket of each run, or what is wrong with it."""

import pandas as pd
import pytest

from lth_keras import files
from lth_keras.commands import list_command
from lth_keras.commands.main import main
from lth_keras.paths import RunPaths
from lth_keras.store import run_lock
from tests import fault_injection


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """A terminal with room for each row."""
    monkeypatch.setenv("COLUMNS", "200")


def listed(root, capsys):
    """The row of a run, its cells split at double spaces."""
    assert main(["list", f"--output_dir={root.parent}"]) == 0
    (row,) = [line for line in capsys.readouterr().out.splitlines() if root.name in line]
    return [cell.strip() for cell in row.split("  ") if cell.strip()]


def test_a_finished_run_and_its_best_ticket(make_run, capsys):
    root = make_run(name="mine_7", trials=2, rounds=2, variants=())
    metrics = pd.read_csv(root / "metrics.csv")
    tickets = metrics[metrics.variant == "ticket"]
    rows = tickets.loc[tickets.groupby(["round", "trial"]).val_accuracy.idxmax()]
    means = rows.groupby("round")[["val_accuracy", "test_accuracy"]].mean()
    best = means.val_accuracy.idxmax()
    name, state, networks, data, ticket = listed(root, capsys)
    assert (name, state, networks, data) == (root.name, "done", "12/12", "digits")
    shown, reached = ticket.split(" ", 1)
    assert shown == f"ticket@{best:02d}"
    assert float(reached.split()[0]) == pytest.approx(100 * means.test_accuracy[best], abs=0.01)


def test_a_trial_that_diverged_is_not_in_the_best_tickets_mean(build, capsys):
    alone, beside = build("alone_7"), build("beside_7")
    for run in (alone, beside):
        run.network(1, "ticket", 1, 1)
    beside.network(2, "ticket", 1, 2, diverged=True, gain=0.1)
    best = [listed(run.finish(), capsys)[4] for run in (alone, beside)]
    assert best[0] == best[1] and best[0].startswith("ticket@01 ")


def test_rows_of_a_run_that_is_not_finished_have_an_index_each(make_run):
    root = make_run(trials=2, rounds=2, variants=(), state="stopped")
    header = files.read_sealed_json(root / "run.json")
    rows = list_command._metrics(RunPaths(root), header)
    # The best ticket is looked up by it.
    assert rows.index.is_unique and len(rows) == 12 * 4


def test_a_run_that_goes_on_and_one_that_was_cut_off(make_run, capsys):
    root = make_run(name="mine_7", trials=1, rounds=1, variants=(), state="running")
    assert listed(root, capsys)[1] == "cut off"
    with run_lock.hold(root):
        assert listed(root, capsys)[1] == "running"


def test_a_fallback_says_what_was_asked_for(build, capsys):
    run = build("mine_7", fallback="no network")
    run.network(1, "full", 0, 1)
    assert listed(run.finish(), capsys)[1:] == ["done", "1/1", "mnist_5k, not digits"]


@pytest.mark.parametrize("name, cell, said", [
    ("run.json", 1, "run.json is damaged: python run.py verify"),
    ("metrics.csv", 4, "metrics are damaged: python run.py verify"),
])
def test_damage_is_named_in_its_row(make_run, capsys, name, cell, said):
    root = make_run(name="mine_7", trials=1, rounds=1, variants=())
    fault_injection.flip(root / name)
    assert listed(root, capsys)[cell] == said


def test_networks_that_are_lost(make_run, capsys):
    root = make_run(name="mine_7", trials=1, rounds=1, variants=())
    (root / "trial_01" / "full" / "done.json").unlink()
    assert listed(root, capsys)[1:3] == ["networks are missing: python run.py verify", "3/4"]


def test_its_legend_fits_into_a_narrow_terminal(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "60")
    assert main(["list", f"--output_dir={tmp_path}"]) == 0
    lines = capsys.readouterr().out.rstrip().splitlines()
    assert max(map(len, lines)) <= 60 and "validation metric is best" in " ".join(lines[-2:])


@pytest.mark.parametrize("arguments, said", [
    (["RUN"], "list takes no arguments; 'RUN' was given"),
    (["--output_dir=nowhere"], "--output_dir=nowhere is no folder"),
])
def test_refused(arguments, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["list", *arguments]) == 2
    assert said in capsys.readouterr().err
