"""The search for a stable rewind point."""

import dataclasses
import pathlib
import shutil

import gin
import pandas as pd
import pytest

from lth_keras.analysis import (
    RewindSearch,
    run_measure,
)
from lth_keras.commands import analyze_command
from lth_keras.errors import RunError
from lth_keras.store import network_folder
from tests.analysis.small_runs import PAIRS


def test_a_group_without_rows_is_no_stable_group(run, tmp_path, monkeypatch):
    paths = shutil.copytree(run.paths.root, tmp_path / "sibling")
    for folder in paths.glob("trial_*/ticket_2@02"):
        network_folder.begin(folder)
    gin.clear_config()
    sibling, _ = analyze_command.opened(paths)
    monkeypatch.setattr(run, "at_rewind", lambda candidate: sibling)
    measure = RewindSearch({**PAIRS, "ticket": ("ticket_1", "ticket_2")}, points=2, examples=50)
    with pytest.raises(RunError, match=r"groups\['ticket'\]: .* all of ticket_1, ticket_2 are fin"):
        run_measure(measure, run, lambda line: None)


def test_more_groups_than_colours(run):
    rows = [
        {"rewind": "0it", "rewind_step": 0, "skipped": False, "group": f"g{group}", "trial": trial,
         "pair": f"g{group}", "level": 0, "start": "a", "end": "b", "split": "test",
         "position": position, "loss": 0.1, "error": 0.1}
        for group in range(9) for trial in (1, 2) for position in (0.0, 1.0)]
    measure = RewindSearch({"g": ("a", "b")})
    account = measure.account(run, pd.DataFrame(rows), {})
    assert len(account.table) == 9
    assert account.statements[0].startswith(
        "g0: stable from 0it on at the earliest, chosen on the test set, with a barrier of ")
    strict = dataclasses.replace(measure, stable=0).account(run, pd.DataFrame(rows), {})
    assert strict.statements[0] == "g0: stable at none of 0it, by the test set"


ROOT = pathlib.Path(__file__).resolve().parents[3]


def test_search_for_the_earliest_stable_rewind_point(root):
    run, measures = analyze_command.opened(root, [str(ROOT / "gin/analysis/lmc.gin")], [
        "RewindSearch.candidates = ('0it', '5it', '9it')", "RewindSearch.points = 3",
        "RewindSearch.stable = 1.0"])
    folder = run_measure(measures[0], run, lambda line: None)
    table = pd.read_csv(folder / "summary.csv")
    # Any barrier is below 100 points: the first candidate ends the search.
    assert list(table.rewind.unique()) == ["0it"] and table.stable.all()
    assert list(table.pairs) == [6, 6] and list(table.initialisations) == [2, 2]
    assert len(list(root.parent.glob("lmc_mnist1d*"))) == 1
