"""A run is data: no name in its files is imported, called or made a function."""

import copy
import errno
import os

import pytest

from lth_keras import files, opening
from tests.hostile import damages
from tests.hostile import origin as origins

EVIL = """import os, pathlib
pathlib.Path(os.environ["HOSTILE_MARKER"]).write_text("run")
"""
EXPORT = ("--variant=ticket@02", "--format=keras", "--nolatency")


def reconfigured(run, line):
    """Adds a line to config.gin, and makes run.json vouch for it."""
    config = run / "config.gin"
    config.write_text(f"{line}\n{config.read_text('utf-8')}", "utf-8")

    def vouch(content):
        content["tables"]["config.gin"] = files.sha256(config)

    damages.resealed(run / "run.json", vouch)
    (run / "evil.py").write_text(EVIL)


@pytest.mark.parametrize("line", [
    "import evil", "from evil import x", "import lth_keras_evil", "include 'evil.gin'",
    "from __gin__ import dynamic_registration\nimport os",
])
def test_analyze_imports_nothing_that_a_run_names(line, run, capsys, marker, monkeypatch):
    reconfigured(run, line)
    (run / "lth_keras_evil.py").write_text(EVIL)
    outcome = origins.answer(capsys, "analyze", run, "--only=mask_overlap")
    assert outcome.status == 2 and origins.is_one_clear_line(outcome)
    assert "altered" in outcome.err or "--trust" in outcome.err


@pytest.mark.parametrize("line", [
    "import evil", "from evil import x", "import lth_keras_evil", "# a\u2028b\nimport evil"])
def test_export_imports_nothing_that_a_run_names(line, run, tmp_path, capsys, marker, monkeypatch):
    reconfigured(run, line)
    (run / "lth_keras_evil.py").write_text(EVIL)
    monkeypatch.chdir(run)  # Even where it lies in the working directory.
    outcome = origins.answer(capsys, "export", run, "--variant=ticket@02", "--format=ticket",
                             f"--to={tmp_path / 'ticket'}")
    assert outcome.status == 0, outcome


def test_with_trust_a_module_comes_from_where_the_user_stands_only(
        run, tmp_path, capsys, monkeypatch, marker):
    reconfigured(run, "import evil_by_trust")
    (run / "evil_by_trust.py").write_text(EVIL)
    monkeypatch.chdir(tmp_path / "outside")
    outcome = origins.answer(capsys, "analyze", run, "--only=mask_overlap", "--trust")
    assert outcome.status == 2 and "no module of that name" in outcome.err


def _layer(model):
    return next(each for each in model["layers"] if each["class_name"] == "Dense")


def _lambda(model):
    _layer(model).update(class_name="Lambda", config={
        "name": "fc1", "function": {"class_name": "function", "config": "pipepager",
                                    "module": "pydoc", "registered_name": "function"},
        "arguments": {"cmd": 'touch "$HOSTILE_MARKER"'}})


def _activation(model):
    _layer(model)["config"]["activation"] = {
        "class_name": "function", "config": "system", "module": "os",
        "registered_name": "system"}


def _initializer(model):
    _layer(model)["config"]["kernel_initializer"] = {
        "class_name": "Popen", "config": {"args": ["touch", os.environ["HOSTILE_MARKER"]]},
        "module": "subprocess", "registered_name": None}


def _registered(model):
    _layer(model)["registered_name"] = "evil>Layer"


def _module(model):
    _layer(model)["module"] = "pydoc"


def _operator(model):
    model["layers"].append({
        "class_name": "TFOpLambda", "name": "op", "inbound_nodes": [],
        "config": {"name": "op", "function": "io.write_file", "trainable": True,
                   "dtype": "float32"}})


def _too_large(model):
    _layer(model)["config"]["units"] = 10**12


def _nested(model):
    _layer(model)["config"]["units"] = {"units": [1]}


@pytest.mark.parametrize("change", [
    _lambda, _activation, _initializer, _registered, _module, _operator, _too_large, _nested,
], ids=lambda change: change.__name__)
def test_export_builds_no_model_that_runs_code(change, run, tmp_path, capsys, marker):
    def alter(content):
        model = copy.deepcopy(content["configuration"]["model"])
        change(model)
        content["configuration"]["model"] = model

    damages.resealed(run / "run.json", alter)
    outcome = origins.answer(capsys, "export", run, *EXPORT, f"--to={tmp_path / 'model'}")
    assert outcome.status == 2 and origins.is_one_clear_line(outcome), outcome
    assert not (tmp_path / "model").exists()
    # A bare ticket builds no model, whatever run.json says of one.
    outcome = origins.answer(capsys, "export", run, "--variant=ticket@02", "--format=ticket",
                             f"--to={tmp_path / 'ticket'}")
    assert origins.is_one_clear_line(outcome)
    if outcome.status == 0:
        assert (tmp_path / "ticket" / "ticket" / "masks.npz").is_file()


@pytest.mark.parametrize("to", ["nonexist/..", "a\0b", "x" * 300, "nonexist/../../..", "."])
def test_an_export_to_nowhere_leaves_nothing(to, run, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path / "outside")
    outcome = origins.answer(
        capsys, "export", run, "--variant=ticket@02", "--format=ticket", f"--to={to}")
    assert outcome.status in (1, 2) and origins.is_one_clear_line(outcome)
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["theirs"]


@pytest.mark.parametrize("name", ["x" * 250, "a\0b", "../outside", "\x1b[2J", "", "-"])
@pytest.mark.parametrize("command", ["report", "verify", "analyze", "export"])
def test_names_that_are_no_runs(command, name, run, tmp_path, capsys):
    arguments = EXPORT if command == "export" else ()
    to = (f"--to={tmp_path / 'x'}",) if command == "export" else ()
    outcome = origins.answer(capsys, command, name, *arguments, *to)
    assert outcome.status == 2 and origins.is_one_clear_line(outcome)
    assert "\x1b" not in outcome.err


@pytest.mark.parametrize("command", ["list", "verify", "report", "analyze", "export"])
def test_a_run_of_another_user_is_said_and_hides_no_other(
        command, run, capsys, tmp_path, monkeypatch):
    other = run.rename(run.with_name("theirs-01234567"))
    mine = origins.copied(other, tmp_path / "mine").rename(run)
    may = os.access
    # Nothing is denied to the superuser, who may run the tests.
    monkeypatch.setattr(os, "access", lambda path, *how, **options: (
        os.fspath(path) != os.fspath(other) and may(path, *how, **options)))
    outcome = origins.answer(capsys, *origins.commands(other, tmp_path)[command])
    if command == "list":
        rows = outcome.out.splitlines()
        assert outcome.status == 0 and any(mine.name[:8] in row for row in rows)
        (row,) = [row for row in rows if other.name[:8] in row]
        assert "cannot be" in row
        return
    assert outcome.status == 2 and origins.is_one_clear_line(outcome)
    assert f"{other} cannot be read: permission denied" in outcome.err


def test_a_file_of_another_user_is_a_row_and_hides_no_other(run, capsys, tmp_path, monkeypatch):
    other = origins.copied(run, tmp_path / "copy").rename(run.parent / "theirs")
    real = opening._open

    def denied(name, flags, folder, mode=0):
        if name == "run.json" and os.readlink(f"/proc/self/fd/{folder}") == str(other):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(name, flags, folder, mode)

    monkeypatch.setattr(opening, "_open", denied)
    outcome = origins.answer(capsys, "list", f"--output_dir={run.parent}")
    assert outcome.status == 0 and run.name[:8] in outcome.out
    (row,) = [row for row in outcome.out.splitlines() if "theirs" in row]
    assert "run.json" in row


@pytest.mark.parametrize("line", [
    "Experiment.initial_weights = 'evil'",
    "W = 'evil'\nExperiment.initial_weights = %W",
    "W = 'evil'\nExperiment.initial_weights = @W/gin.macro()",
])
def test_analyze_loads_no_saved_model_that_a_run_names(
        line, run, tmp_path, capsys, marker, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil" / "saved_model.pb").write_bytes(b"a graph")
    reconfigured(run, line)
    outcome = origins.answer(capsys, *origins.commands(run, tmp_path)["analyze"])
    assert outcome.status == 2 and "which is a program" in outcome.err
    assert origins.is_one_clear_line(outcome)
