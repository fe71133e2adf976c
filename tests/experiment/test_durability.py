"""Runs that are stopped, cut off, damaged, or started twice."""

import errno
import json
import pathlib
import shutil

import numpy as np
import pytest

from lth_keras import files
from lth_keras.commands import configuration
from lth_keras.commands.main import main
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment import execute, prepare, provenance
from lth_keras.store.verification import set_aside, verify
from lth_keras.tensorboard import TensorBoard
from lth_keras.training import Checkpoint
from tests import fault_injection, small_experiments
from tests.reporters import SilentReporter
from tests.stopped_runs import StopAt, contents

ROOT = pathlib.Path(__file__).resolve().parents[2]
GIN_FILE = str(ROOT / "gin" / "smoke" / "mnist_lt.gin")
SMALL = (
    *small_experiments.SMALL,
    "Experiment.duration = '2ep'", "IMP.duration = '1ep'", "RewindingSchedule.rounds = 2",
    "Experiment.evaluate_every = '4it'", "ROUNDS = (2,)", "Experiment.trials = 1",
    "Experiment.variants = [@ticket/Variant(), @reinit/Variant()]",
)


@pytest.fixture(scope="module")
def experiment():
    return configuration.read([GIN_FILE], SMALL)


def run(experiment, output, should_stop=None, reporter=None, **arguments):
    prepared = prepare(experiment, output, checkpoint_seconds=0, should_stop=should_stop)
    execute(prepared, reporter or SilentReporter(), **arguments)
    return prepared.context.paths


@pytest.fixture(scope="module")
def whole(experiment, tmp_path_factory):
    return run(experiment, tmp_path_factory.mktemp("whole"))


def copied(whole, tmp_path):
    shutil.copytree(whole.root, tmp_path / whole.root.name)
    return type(whole)(tmp_path / whole.root.name)


@pytest.mark.parametrize("questions", [0, 2, 7, 13, 22])
def test_stopped_anywhere_it_ends_with_the_same_bytes(experiment, whole, tmp_path, questions):
    with pytest.raises(RunError, match="stopped by SIGTEST.*same command again"):
        run(experiment, tmp_path, StopAt(questions))
    paths = run(experiment, tmp_path)
    assert contents(paths) == contents(whole)
    assert not list(paths.root.rglob("checkpoint.npz"))


def test_a_stop_in_a_stretch_goes_on_in_it(experiment, whole, tmp_path):
    # The third question comes between the rewind point and the first evaluation of round 0.
    with pytest.raises(RunError):
        run(experiment, tmp_path, StopAt(3))
    (checkpoint,) = tmp_path.rglob("checkpoint.npz")
    facts = json.loads(str(files.read_npz(checkpoint)["facts"]))
    assert 0 < facts["step"] < 9
    assert contents(run(experiment, tmp_path)) == contents(whole)


def test_a_kill_while_a_unit_is_tidied_leaves_nothing_behind(
        experiment, whole, tmp_path, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Checkpoint, "remove", killed)
        run(experiment, tmp_path)
    (checkpoint,) = tmp_path.rglob("checkpoint.npz")
    assert (checkpoint.parent / "done.json").exists()
    cut_off = checkpoint.parent / ".weights.npz.4711.tmp"
    cut_off.write_bytes(b"half of")
    assert contents(run(experiment, tmp_path)) == contents(whole)
    assert not checkpoint.exists()
    assert not cut_off.exists()


@pytest.mark.parametrize(
    "damage", fault_injection.DAMAGES.values(), ids=list(fault_injection.DAMAGES))
def test_a_damaged_checkpoint_costs_its_network_only(experiment, whole, tmp_path, damage):
    with pytest.raises(RunError):
        run(experiment, tmp_path, StopAt(5))
    for checkpoint in tmp_path.rglob("checkpoint.npz"):
        damage(checkpoint)
    assert contents(run(experiment, tmp_path)) == contents(whole)


@pytest.mark.parametrize("kind, number", [
    ("renaming", 0), ("renaming", 9), ("write", 3), ("write", 11), ("write", 24)])
def test_a_full_disk_ends_clearly_and_the_run_goes_on(experiment, whole, tmp_path, kind, number):
    disk = fault_injection.FullDisk(kind, number)
    prepared = prepare(experiment, tmp_path, checkpoint_seconds=0)
    sinks = [TensorBoard(prepared.context.paths)]
    with disk.mounted(), pytest.raises(RunError, match="No space left.*make room"):
        execute(prepared, SilentReporter(), sinks)
    assert disk.counts[kind] > number
    assert not list(tmp_path.rglob("*.tmp"))
    assert contents(run(experiment, tmp_path)) == contents(whole)


def test_too_little_space_is_said_before_anything_is_written(experiment, tmp_path, monkeypatch):
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    with pytest.raises(ConfigurationError, match="MiB are free; make room"):
        prepare(experiment, tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_a_place_that_cannot_be_written_is_no_full_disk(experiment, tmp_path, monkeypatch):
    def denied(dir):
        raise PermissionError(errno.EACCES, "Permission denied", str(dir))

    monkeypatch.setattr("tempfile.TemporaryFile", denied)
    with pytest.raises(ConfigurationError, match=r"is not writable \(Permission denied\); give"):
        prepare(experiment, tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_a_whole_run_verifies(whole):
    outcome = verify(whole)
    assert outcome.findings == [] and outcome.unfinished == () and outcome.done == 5


@pytest.mark.parametrize("kind", fault_injection.DAMAGES)
@pytest.mark.parametrize("name", [
    "trial_01/round_01/weights.npz", "trial_01/ticket@02/masks.npz", "trial_01/initial.npz",
    "trial_01/distributions/ticket@02_initial.npz", "trial_01/ticket@02/done.json",
    "metrics.csv", "config.gin",
])
def test_damage_is_named_set_aside_and_healed(experiment, whole, tmp_path, name, kind):
    paths = copied(whole, tmp_path)
    fault_injection.DAMAGES[kind](paths.root / name)
    findings = verify(paths).findings
    assert any(pathlib.PurePosixPath(name).name in str(finding) for finding in findings)
    before = {path for path in paths.root.rglob("*") if path.is_file()}
    set_aside(paths, findings)
    kept = [path for path in paths.root.rglob("*") if path.is_file()]
    assert len(kept) == len(before)  # moved, never deleted
    run(experiment, tmp_path)
    assert {k: v for k, v in contents(paths).items() if "set_aside" not in k} == contents(whole)
    assert verify(paths).findings == []


def reseal(folder, **changes):
    """Writes done.json anew, as a person would who wants false checksums to fit."""
    content = files.read_sealed_json(folder / "done.json") | changes
    content["files"] = {
        name: files.sha256(folder / name) for name in content["files"]}
    files.write_sealed_json(folder / "done.json", content)
    run_json = folder.parent.parent / "run.json"
    header = files.read_sealed_json(run_json)
    header["networks"][f"{folder.parent.name}/{folder.name}"] = files.sha256(folder / "done.json")
    files.write_sealed_json(run_json, header)


def edit(path, change):
    arrays = files.read_npz(path)
    change(arrays)
    files.write_npz(path, arrays)


def revive(arrays):
    arrays["fc1/kernel"][...] = True


def wake(arrays):
    arrays["fc1/kernel"][arrays["fc1/kernel"] == 0] = 0.5


def shift(arrays):
    arrays["fc1/kernel"][arrays["fc1/kernel"] != 0] += 0.5


def spoil(arrays):
    arrays["fc1/bias"][0] = np.nan


@pytest.mark.parametrize("network, file, change, problem", [
    ("round_02", "masks.npz", revive, "schedule says"),
    ("round_02", "weights.npz", wake, "pruned weights of fc1/kernel are not zero"),
    ("ticket@02", "initial.npz", wake, "not zero"),
    ("ticket@02", "initial.npz", shift, "is not mask × rewind.npz"),
    ("ticket@02", "weights.npz", spoil, "not finite"),
])
def test_invariants_are_checked_where_checksums_fit(
        whole, tmp_path, network, file, change, problem):
    paths = copied(whole, tmp_path)
    folder = paths.network(1, network)
    edit(folder / file, change)
    reseal(folder)
    assert any(problem in str(finding) for finding in verify(paths).findings)


def test_a_mask_that_is_not_nested_is_found(whole, tmp_path):
    paths = copied(whole, tmp_path)
    folder = paths.network(1, "round_02")

    def move(arrays):
        before = files.read_npz(paths.network(1, "round_01") / "masks.npz")["fc1/kernel"]
        mask = arrays["fc1/kernel"]
        mask[tuple(np.argwhere(mask)[0])] = False
        mask[tuple(np.argwhere(~before)[0])] = True

    edit(folder / "masks.npz", move)
    weights = files.read_npz(folder / "weights.npz")
    masks = files.read_npz(folder / "masks.npz")
    weights["fc1/kernel"] *= masks["fc1/kernel"]
    files.write_npz(folder / "weights.npz", weights)
    reseal(folder)
    assert any("pruned before" in str(finding) for finding in verify(paths).findings)


def test_a_file_outside_the_run_is_not_followed(whole, tmp_path):
    paths = copied(whole, tmp_path)
    content = files.read_sealed_json(paths.network(1, "round_01") / "done.json")
    content["files"]["../../../elsewhere"] = "0" * 64
    files.write_sealed_json(paths.network(1, "round_01") / "done.json", content)
    assert any("lies outside the run" in str(finding) for finding in verify(paths).findings)


def test_a_finished_run_is_not_touched(experiment, whole):
    before = {path: path.stat().st_mtime_ns for path in whole.root.rglob("*") if path.is_file()}
    reporter = SilentReporter()
    run(experiment, whole.root.parent, reporter=reporter)
    after = {path: path.stat().st_mtime_ns for path in whole.root.rglob("*") if path.is_file()}
    assert {p: t for p, t in after.items() if p != whole.lock} == {
        p: t for p, t in before.items() if p != whole.lock}
    assert len(reporter.lines) == 5


def test_other_versions_go_on_only_when_told_to(experiment, whole, tmp_path, monkeypatch):
    with pytest.raises(RunError):
        run(experiment, tmp_path, StopAt(4))
    versions = provenance.versions()
    monkeypatch.setattr(provenance, "versions", lambda: {**versions, "tensorflow": "9.9"})
    with pytest.raises(ConfigurationError, match="tensorflow .* -> 9.9.*--accept_other_versions"):
        run(experiment, tmp_path)
    paths = run(experiment, tmp_path, accept_other_versions=True)
    header = files.read_sealed_json(paths.run_json)
    assert header["versions"]["tensorflow"] == versions["tensorflow"]
    assert header["continued_with"][0]["tensorflow"] == "9.9"
    assert contents(paths) == contents(whole)
    # What a finished run has lost is trained anew: in the same versions, or when told to.
    shutil.rmtree(paths.network(1, "ticket@02"))
    with pytest.raises(ConfigurationError, match="tensorflow .* -> 9.9.*--accept_other_versions"):
        run(experiment, tmp_path)
    assert not paths.network(1, "ticket@02").exists()


def test_list_says_state_progress_and_best_ticket(experiment, whole, tmp_path, capsys):
    with pytest.raises(RunError):
        run(experiment, tmp_path / "runs", StopAt(4))
    assert main(["list", f"--output_dir={whole.root.parent}"]) == 0
    said = capsys.readouterr().out
    assert "done" in said and "5/5" in said and "ticket@02" in said
    assert main(["list", f"--output_dir={tmp_path / 'runs'}"]) == 0
    said = capsys.readouterr().out
    assert "stopped" in said and "/5" in said and "5/5" not in said
