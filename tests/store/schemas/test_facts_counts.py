"""The facts of a network contradict each other, or its run.json: refused, in one line."""

import copy

import numpy as np
import pytest

from lth_keras import files
from lth_keras.errors import RunError
from lth_keras.experiment import pruner
from lth_keras.store import network_folder
from lth_keras.store.schemas import NetworkFacts, RunHeader, checked
from lth_keras.store.schemas.facts_counts import problem_with
from tests.made_up_runs import MadeUpRun

KEPT = {"fc1/kernel": 96, "out/kernel": 18}


def updates(*kept):
    return {"rule": "RigL", "updates": 2, "dense_gradients": True, "dense_moments": False,
            "kept": [{"from_step": step, "weights": weights} for step, weights in kept]}


@pytest.mark.parametrize("change, said", [
    ({"unit": "full"}, "its variant and round make 'round_00'"), ({"start_step": 99}, "start_step"),
    ({"equal_to": "round_00"}, "equal_to is 'round_00', and made_from names no such round"),
    ({"biases_from": "ticket@02"}, "biases_from"), ({"collapsed_layers": ["x"]}, "collapsed"),
    ({"told": {"mean_kept": {"x": 1.0}}}, "mean_kept"), ({"told": {"mean_kept": None}}, "told"),
    ({"told": {"early_bird": {}}}, "told.early_bird"),
    ({"architecture": {"width": 0.5}}, "not its variables"),
    ({"mask_updates": updates()}, "mask_updates.kept"),
    ({"mask_updates": updates((40, KEPT))}, "mask_updates.kept begins at"),
    ({"mask_updates": updates((2, KEPT), (2, KEPT))}, "mask_updates.kept begins at"),
    ({"mask_updates": updates((0, {"x": 1}))}, "other kernels"),
    ({"mask_updates": updates((0, {**KEPT, "out/kernel": 1}))}, "does not end with"),
])
def test_facts_that_contradict_each_other(change, said, stored):
    with pytest.raises(RunError, match="^[^\n]*$") as caught:
        checked(NetworkFacts, stored[NetworkFacts] | change, "done.json")
    assert said in str(caught.value)


def test_a_collapsed_layer_is_named_as_the_pruner_names_it(stored):
    kept = KEPT | {"fc1/kernel": 0}
    empty = pruner.collapsed({key: np.ones(count, bool) for key, count in kept.items()})
    assert empty == ["fc1"]
    checked(NetworkFacts, stored[NetworkFacts] | {
        "kept_weights": kept, "collapsed_layers": empty}, "done.json")


@pytest.mark.parametrize("change, said", [
    ({"trial": 2}, "names no round_00 of trial 2"), ({"round": 7}, "no such round"),
    ({"final_test_loss": 0.5}, "another final value"), ({"kept_weights": {}}, "other kernels"),
    ({"kept_weights": {"fc1/kernel": 97, "out/kernel": 18}}, "more weights than they have"),
    ({"prunable_weights": 200}, "its kernels have 114"), ({"kept_groups": {}}, "counts weights"),
    ({"architecture": {"width": 2}, "variables": {"fc1/kernel": ["float32", 2]}}, "other kernels"),
])
def test_facts_that_contradict_run_json(change, said, stored):
    assert said in problem_with(stored[RunHeader], stored[NetworkFacts] | change)


def test_groups_are_those_of_run_json(stored):
    header = stored[RunHeader] | {"groups": {"sizes": {"all": 57}, "kept_by_round": [57, 46, 36]}}
    facts = stored[NetworkFacts]
    for kept in (None, {}, {"all": 58}, {"all": 57, "more": 1}):
        assert "kept_groups" in problem_with(header, facts | {"kept_groups": kept})
    assert problem_with(header, facts | {"kept_groups": {"all": 57}}) is None


def test_whoever_reads_the_facts_is_told(tmp_path):
    build = MadeUpRun(tmp_path / "run")
    build.network(1, "imp", 0, 1)
    root = build.finish()
    folder = root / "trial_01" / "round_00"
    assert network_folder.facts(folder)["round"] == 0
    header = copy.deepcopy(files.read_sealed_json(root / "run.json"))
    header["units"] = [[1, "full"]]
    files.write_sealed_json(root / "run.json", header)
    with pytest.raises(RunError, match="does not fit run.json: run.json names no round_00"):
        network_folder.facts(folder)
    (root / "run.json").write_text("{}")  # `verify` says what is wrong with it.
    assert network_folder.facts(folder)["round"] == 0
