"""Variants of every kind at each granularity: whole groups, exact counts, runs that verify."""

import pathlib
import shutil

import gin
import numpy as np
import pytest

from lth_keras import files, masks
from lth_keras.commands import configuration
from lth_keras.errors import RunError
from lth_keras.experiment import execute, prepare
from lth_keras.granularity import NofM
from lth_keras.store import network_folder, verification
from lth_keras.store.masks_and_weights import read_masks
from lth_keras.store.network_checks import check_network
from tests.reporters import SilentReporter

GIN = pathlib.Path(__file__).resolve().parents[2] / "gin"
# A mask that is found, shuffled, pruned at once, pruned on, from gradients, over all layers, dense.
VARIANTS = ("ticket", "random_reinit", "random_ticket", "random_mask", "one_shot", "fine_tune",
            "snip", "grasp", "synflow", "small_dense_random")
FEWER = ("ticket", "random_mask", "one_shot", "synflow", "small_dense_random")
CASES = {"Blocks": VARIANTS, "Units": (*FEWER, "frozen_pruned"), "NofM": FEWER}


@pytest.fixture(scope="module", params=CASES)
def run(request, tmp_path_factory):
    listed = ", ".join(f"@{name}/Variant()" for name in CASES[request.param])
    experiment = configuration.read(
        [str(GIN / "structured_mnist.gin"), str(GIN / "pieces" / "short.gin")], (
            "Dataset.name = 'mnist_5k'", "Dataset.fallback = None", "Experiment.jit = False",
            "lenet_300_100.width = 0.1", f"Experiment.variants = [{listed}]", "Sweep.axes = {}",
            f"RewindingSchedule.granularity = @{request.param}()",
            "synflow/PrunedMask.iterations = 3"))
    prepared = prepare(experiment, tmp_path_factory.mktemp("granularity"))
    execute(prepared, SilentReporter())
    gin.clear_config()
    return prepared.context


def folder(context, name):
    return context.paths.network(1, name)


def test_masks_are_whole_groups_and_as_many_as_the_schedule_says(run):
    grouping, schedule = run.grouping, run.schedule
    counts = schedule.layer_counts(grouping.rows, 2)
    dense = {weight.key: masks.ones(weight.shape) for weight in run.prunable}
    names = [each.name for each in run.experiment.variants if each.name != "small_dense_random"]
    for name in names:
        found = read_masks(folder(run, f"{name}@02"))
        alive = grouping.alive(found)
        assert masks.total_kept(alive) == sum(counts.values()), name
        if name not in ("snip", "grasp", "synflow"):
            assert masks.kept(alive) == counts, name
        whole = grouping.expand(alive, dense)
        assert all(np.array_equal(whole[key], found[key]) for key in found), name
        # Of NofM's windows of four inputs none keeps more than two.
        if isinstance(schedule.granularity, NofM):
            best = grouping.candidates({key: mask * 1.0 for key, mask in found.items()}, found)
            assert all(np.array_equal(best[key], found[key]) for key in found), name


def test_a_shuffle_is_another_mask_of_the_same_size(run):
    found, other = (read_masks(folder(run, name)) for name in ("ticket@02", "random_mask@02"))
    assert masks.kept(found) == masks.kept(other)
    assert any((found[key] != other[key]).any() for key in found)


def test_the_small_dense_network_has_as_many_weights(run):
    ticket, small = (network_folder.facts(folder(run, name))
                     for name in ("ticket@02", "small_dense_random@02"))
    assert small["density"] == pytest.approx(ticket["density"], rel=0.1)
    # fc2 has 30 inputs, so that its last blocks are of two: how many of those stay is not foretold.
    assert sum(ticket["kept_weights"].values()) == pytest.approx(
        run.grouping.kept_weights(run.schedule, 2), rel=1e-3)


def test_pruned_units_may_be_frozen_where_they_start(run):
    if "frozen_pruned" not in {each.name for each in run.experiment.variants}:
        pytest.skip("frozen in the run by units only")
    place = folder(run, "frozen_pruned@02")
    found = read_masks(place)
    first, last = (files.read_npz(place / f"{name}.npz") for name in ("initial", "weights"))
    for key, mask in found.items():
        assert np.array_equal(first[key][~mask], last[key][~mask]) and first[key][~mask].any()
    assert any((first[key] != last[key]).any() for key in found)


def test_what_is_stored_verifies_and_counts_groups(run):
    assert verification.verify(run.paths).findings == []
    facts = network_folder.facts(folder(run, "ticket@02"))
    header = network_folder.header(run.paths)
    if run.grouping.counts_weights:
        assert facts.get("kept_groups") is None and header.get("groups") is None
        return
    assert sum(facts["kept_groups"].values()) == header["groups"]["kept_by_round"][2]
    assert header["groups"]["sizes"] == {row.key: row.size for row in run.grouping.rows}
    assert header["kept_by_round"][1:] == [None, None]


def test_verification_finds_a_group_that_is_kept_in_part(run, tmp_path):
    copy = tmp_path / "run"
    shutil.copytree(run.paths.root, copy)
    paths = type(run.paths)(copy)
    place = paths.network(1, "round_01")
    facts, found = network_folder.facts(place), read_masks(place)
    weights = files.read_npz(place / "weights.npz")
    mask = found["fc1/kernel"]
    # One weight more in a group that was cut or full, one less elsewhere: the counts stay.
    mask[tuple(np.argwhere(~mask)[0])], mask[tuple(np.argwhere(mask)[-1])] = True, False
    weights["fc1/kernel"] *= mask
    files.write_npz(place / "masks.npz", found)
    files.write_npz(place / "weights.npz", weights)
    network_folder.finish(place, list(facts.pop("files")), facts)
    word = {"Blocks": "a part of a block", "Units": "a part of a unit",
            "NofM": "more than 2 of 4"}[type(run.schedule.granularity).__name__]
    with pytest.raises(RunError, match=f"fc1/kernel keeps {word}"):
        check_network(paths, network_folder.header(paths), place)
