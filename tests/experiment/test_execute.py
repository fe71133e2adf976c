"""A small, complete experiment on real digits: its files, and that a second run is equal."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from lth_keras import files
from lth_keras.commands import configuration
from lth_keras.commands.main import main
from lth_keras.experiment import execute, prepare
from tests.reporters import SilentReporter

ROOT = pathlib.Path(__file__).resolve().parents[2]
GIN_FILE = ROOT / "gin" / "smoke" / "mnist_lt.gin"
SMALL = (
    "Dataset.name = 'mnist_5k'", "Dataset.train_examples = 200", "Dataset.test_examples = 90",
    "Experiment.batch_size = 40", "Experiment.duration = '2ep'", "IMP.duration = '1ep'",
    "Experiment.evaluation_batch_size = 64", "RewindingSchedule.rounds = 2",
)
# Full, ticket and a narrower network, at both rounds, in two trials.
TO_THE_START = (
    *SMALL, "Experiment.trials = 2", "ROUNDS = (1, 2)",
    "Experiment.variants = [@full/Variant(), @ticket/Variant(), @reinit/Variant(), "
    "@remask/Variant(), @dense_matched/Variant(), @random_reinit/Variant()]",
)
# Rewound to a step within round 0.
LATE = (
    *SMALL, "Experiment.trials = 1", "ROUNDS = (2,)", "RewindingSchedule.rewind_to = '3it'",
    "Experiment.jit = False",
    "Experiment.variants = [@ticket/Variant()]",
)
COLUMNS = ("trial,variant,round,density,step,epoch,train_loss,train_accuracy,val_loss,"
           "val_accuracy,test_loss,test_accuracy")


def run(output_dir, params):
    prepared = prepare(configuration.read([str(GIN_FILE)], params), output_dir)
    reporter = SilentReporter()
    execute(prepared, reporter)
    return prepared, reporter


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return run(tmp_path_factory.mktemp("runs"), TO_THE_START)


@pytest.fixture(scope="module")
def root(finished):
    return finished[0].context.paths.root


@pytest.fixture(scope="module")
def late(tmp_path_factory):
    prepared, _ = run(tmp_path_factory.mktemp("late"), LATE)
    return prepared.context.paths.root / "trial_01"


def rows(path):
    header, *lines = path.read_text("utf-8").splitlines()
    return [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]


def test_each_function_is_traced_once_for_an_architecture(finished):
    traces = finished[0].context.trace_counts()
    assert len(traces) == 3, "the network, and one of each round's size"
    assert all(count <= 1 for each in traces for count in each.values())
    assert traces[0] == {"train": 1, "evaluate": 1}


def test_the_files_are_there(root):
    assert {"run.json", "config.gin", "operative_config.gin", "metrics.csv", "summary.csv",
            "trial_01", "trial_02"} <= {path.name for path in root.iterdir()}
    variants = {"full"} | {
        f"{name}@{index:02d}" for index in (1, 2)
        for name in ("ticket", "reinit", "remask", "dense_matched", "random_reinit")
    }
    for trial in ("trial_01", "trial_02"):
        folders = {path.name for path in (root / trial).iterdir() if path.is_dir()}
        assert folders == variants | {"round_00", "round_01", "round_02", "distributions"}
        assert {"initial.npz", "rewind.npz"} <= {path.name for path in (root / trial).iterdir()}
        for folder in folders - {"distributions"}:
            names = {path.name for path in (root / trial / folder).iterdir()}
            expected = {"weights.npz", "masks.npz", "metrics.csv", "done.json"}
            assert names == expected | ({"initial.npz"} if folder in variants else set())


def test_metrics_have_their_columns_and_a_row_for_each_evaluation(root):
    assert (root / "metrics.csv").read_text("utf-8").splitlines()[0] == COLUMNS
    evaluated = rows(root / "metrics.csv")
    # A trial: 3 rounds of 1 epoch and 11 variants of 2.
    assert len(evaluated) == 2 * (3 * 1 + 11 * 2)
    steps_per_epoch = json.loads((root / "run.json").read_text("utf-8"))["steps_per_epoch"]
    assert steps_per_epoch == 190 // 40
    for row in evaluated:
        assert float(row["epoch"]) == int(row["step"]) / steps_per_epoch
        assert 0 <= float(row["test_accuracy"]) <= 1 and float(row["val_loss"]) > 0
        assert round(float(row["test_accuracy"]) * 90, 4).is_integer()
    assert rows(root / "summary.csv")[0]["trials"] == "2"


def test_done_json_vouches_for_its_neighbours(root):
    for done in root.glob("trial_*/*/done.json"):
        for name, checksum in json.loads(done.read_text("utf-8"))["files"].items():
            assert files.sha256(done.parent / name) == checksum


def test_masks_are_nested_with_the_schedules_counts(finished, root):
    context = finished[0].context
    for trial in ("trial_01", "trial_02"):
        previous = None
        for index in range(3):
            masks = files.read_npz(root / trial / f"round_{index:02d}" / "masks.npz")
            assert {key: int(mask.sum()) for key, mask in masks.items()} == (
                context.schedule.layer_counts(context.prunable, index))
            for key, mask in masks.items():
                assert mask.dtype == bool
                assert previous is None or not np.any(mask & ~previous[key])
            previous = masks
        ticket = files.read_npz(root / trial / "ticket@02" / "masks.npz")
        assert all(np.array_equal(ticket[key], previous[key]) for key in previous)


def test_the_mask_is_the_largest_weights_of_the_round_before(root):
    weights = files.read_npz(root / "trial_01" / "round_00" / "weights.npz")
    masks = files.read_npz(root / "trial_01" / "round_01" / "masks.npz")
    for key, mask in masks.items():
        assert np.abs(weights[key][~mask]).max() <= np.abs(weights[key][mask]).min()


def test_pruned_weights_are_zero_in_every_file(root):
    seen = 0
    for masks_file in root.glob("trial_*/*/masks.npz"):
        masks = files.read_npz(masks_file)
        for name in ("weights.npz", "initial.npz"):
            if (masks_file.parent / name).exists():
                weights = files.read_npz(masks_file.parent / name)
                for key, mask in masks.items():
                    assert not weights[key][~mask].any()
                    assert np.count_nonzero(weights[key]) == mask.sum()
                    seen += int((~mask).sum())
    assert seen > 1000


@pytest.mark.parametrize("trial", ["trial_01", "trial_02"])
def test_a_tickets_initialisation_is_its_mask_on_the_first_weights(root, trial):
    first = files.read_npz(root / trial / "initial.npz")
    rewind = files.read_npz(root / trial / "rewind.npz")
    for index in ("01", "02"):
        initial = files.read_npz(root / trial / f"ticket@{index}" / "initial.npz")
        masks = files.read_npz(root / trial / f"ticket@{index}" / "masks.npz")
        assert set(initial) == set(first) == set(rewind)
        for key, array in first.items():
            assert rewind[key].tobytes() == array.tobytes()
            expected = np.where(masks[key], array, np.float32(0)) if key in masks else array
            assert initial[key].tobytes() == expected.tobytes()


def test_trials_differ(root):
    one, two = (files.read_npz(root / trial / "initial.npz") for trial in ("trial_01", "trial_02"))
    assert all(one[key].tobytes() != two[key].tobytes() for key in one)


def test_remask_keeps_the_counts_and_not_the_places(root):
    ticket = files.read_npz(root / "trial_01" / "ticket@02" / "masks.npz")
    shuffled = files.read_npz(root / "trial_01" / "remask@02" / "masks.npz")
    for key, mask in ticket.items():
        assert shuffled[key].sum() == mask.sum() and not np.array_equal(shuffled[key], mask)


def test_reinit_draws_from_the_tickets_own_weights(root):
    ticket = files.read_npz(root / "trial_01" / "ticket@02" / "initial.npz")
    drawn = files.read_npz(root / "trial_01" / "reinit@02" / "initial.npz")
    masks = files.read_npz(root / "trial_01" / "ticket@02" / "masks.npz")
    pool = np.concatenate([ticket[key][mask] for key, mask in masks.items()])
    for key, mask in masks.items():
        assert np.isin(drawn[key][mask], pool).all()
        assert not np.array_equal(drawn[key], ticket[key])


def test_dense_matched_is_dense_and_of_the_tickets_size(root):
    ticket = json.loads((root / "trial_01" / "ticket@02" / "done.json").read_text("utf-8"))
    matched = json.loads((root / "trial_01" / "dense_matched@02" / "done.json").read_text("utf-8"))
    wanted, kept = sum(ticket["kept_weights"].values()), sum(matched["kept_weights"].values())
    assert kept == matched["prunable_weights"] != ticket["prunable_weights"]
    assert abs(kept - wanted) / wanted < 0.02


def test_the_same_command_again_trains_nothing(finished, root):
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    prepared, reporter = run(root.parent, TO_THE_START)
    assert prepared.run == finished[0].run
    assert reporter.started == []
    assert len(reporter.skipped) == 2 * (3 + 11)
    assert prepared.context.trace_counts() == [{"train": 0, "evaluate": 0}]
    for path, content in before.items():
        if path.name not in ("run.json", "operative_config.gin"):
            assert path.read_bytes() == content, path


@pytest.mark.ci
def test_another_process_writes_the_same_bytes(root, tmp_path):
    # Of one trial and few variants: the numbers of a network depend on no other's.
    command = [sys.executable, str(ROOT / "run.py"), f"--gin_file={GIN_FILE}",
               f"--output_dir={tmp_path}", *(f"--gin_param={param}" for param in TO_THE_START),
               "--gin_param=Experiment.trials = 1",
               "--gin_param=Experiment.variants = [@ticket/Variant(), @reinit/Variant()]"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    (twin,) = (folder / "trial_01" for folder in tmp_path.iterdir())
    compared = 0
    trial = root / "trial_01"
    for path in twin.rglob("*"):
        if path.suffix in (".npz", ".csv"):
            assert (trial / path.relative_to(twin)).read_bytes() == path.read_bytes(), path
            compared += 1
    assert compared > 7 * 3


def test_late_rewinding_goes_back_to_a_step_within_round_0(late):
    first, rewind = (files.read_npz(late / name) for name in ("initial.npz", "rewind.npz"))
    assert all(first[key].tobytes() != rewind[key].tobytes() for key in first)
    initial = files.read_npz(late / "ticket@02" / "initial.npz")
    masks = files.read_npz(late / "ticket@02" / "masks.npz")
    for key, mask in masks.items():
        assert initial[key].tobytes() == np.where(mask, rewind[key], np.float32(0)).tobytes()
    optimizer = files.read_npz(late / "rewind_optimizer.npz")
    assert [int(value) for name, value in optimizer.items() if "iteration" in name] == [3]
    assert all(row["step"] != "3" for row in rows(late / "round_01" / "metrics.csv"))
    facts = json.loads((late / "ticket@02" / "done.json").read_text("utf-8"))
    assert (facts["start_step"], facts["steps"]) == (3, 8)


def test_a_network_that_cannot_be_built_here_is_said_before_anything_is_written(tmp_path, capsys):
    argv = [f"--gin_file={GIN_FILE}", f"--output_dir={tmp_path / 'runs'}",
            *(f"--gin_param={param}" for param in LATE), "--gin_param=Experiment.batch_size = 4000"]
    assert main(argv) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "batch_size is 4000" in error
    assert not (tmp_path / "runs").exists()
