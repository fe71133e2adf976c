"""An unexpected error is one line; a wrong argument is refused before TensorFlow is imported."""

import os
import pathlib
import subprocess
import sys
import time

import pytest

from lth_keras.commands import main as main_module

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(*arguments, **options):
    """run.py in a process of its own."""
    return subprocess.run([sys.executable, str(ROOT / "run.py"), *arguments], cwd=ROOT, timeout=60,
                          capture_output=options.pop("capture_output", True), text=True, **options)


def test_what_nobody_foresaw_is_one_line_and_a_file(monkeypatch, capsys, tmp_path):
    def fails(*_):
        raise ZeroDivisionError("by \x1b[2J nothing\nat all")

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(main_module, "_parsed", fails)
    assert main_module.main(["list"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ZeroDivisionError: by \\x1b[2J nothing at all")
    assert said.count("\n") == 1
    (log,) = tmp_path.glob("lth_keras-*.log")
    assert str(log) in said and "Traceback" in log.read_text() and "fails" in log.read_text()


def test_ctrl_c_anywhere_is_one_line(monkeypatch, capsys):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(main_module, "_parsed", stopped)
    assert main_module.main(["list"]) == 1
    assert "stopped by SIGINT" in capsys.readouterr().err


def answers_without_tensorflow(arguments, monkeypatch, capsys):
    """What a wrong command line is told, in a process where importing TensorFlow fails."""
    hidden = {"tensorflow": None, "tf_keras": None, "lth_keras.compat": None}
    for name in [each for each in sys.modules if each.startswith("lth_keras.commands.")
                 and each.endswith("_command")]:
        monkeypatch.delitem(sys.modules, name)
    for name, value in hidden.items():
        monkeypatch.setitem(sys.modules, name, value)
    assert main_module.main(list(arguments)) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ") and said.count("\n") == 1 and "unforeseen" not in said
    return said


@pytest.mark.parametrize("arguments", [
    ("--gin_file=gin/mnist_lt.gin", "--gin_parm=x"), ("--gin_file=gin/nothing.gin",), (),
    ("--gin_file=gin/mnist_lt.gin", "--gin_param=A.b = = 3"), ("--workers=0",), ("nothing",),
    ("--gin_file=gin/mnist_lt.gin", "--data_dir=/nowhere/at/all"), ("analyze", "nothing"),
    ("--gin_file=gin/mnist_lt.gin", "--cluster_index=1"),
    ("--gin_file=gin/mnist_lt.gin", "--output_dir=/dev/null/runs"),
    ("export", "nothing", "--variant=ticket@06", "--to=x"), ("verify", "nothing"),
], ids=" ".join)
def test_arguments_are_checked_before_tensorflow(arguments, monkeypatch, capsys):
    answers_without_tensorflow(arguments, monkeypatch, capsys)


@pytest.mark.parametrize("arguments, said", [
    (["--workers=two"], "--workers=two; expected a whole number, at least 1\n"),
    (["--workers=0"], "--workers=0; expected a whole number, at least 1\n"),
    (["--checkpoint_minutes=x"], "--checkpoint_minutes=x; expected a number, at least 0\n"),
    (["--gin_file=gin/mnist_lt.gin", "--gin_param=Experiment.trials"],
     "--gin_param='Experiment.trials' is no binding"),
    (["--gin_file=gin/mnist_lt.gin", "--gin_param=Experiment.trials"],
     "expected one such as --gin_param='Experiment.trials = 1'\n"),
], ids=str)
def test_a_value_of_another_kind_is_shown_with_what_was_expected(
        arguments, said, monkeypatch, capsys):
    assert said in answers_without_tensorflow(arguments, monkeypatch, capsys)


@pytest.mark.parametrize("arguments, said", [
    (["analyze", "--only=masks"], "--only=masks: there is no such measure; expected some of sol"),
    (["analyze", "--gin_file=gin/analysis/spectrum.gin", "--only=x"], "some of spectrum"),
    (["analyze", "--gin_file=gin/mnist_lt.gin"], "gin/mnist_lt.gin is an experiment"),
    (["export", "--format=kears"], "format is 'kears'"),
    (["export", "--input=int8"], "input is 'int8'"),
    (["export", "--weights=first"], "weights is 'first'"),
    (["export", "--compact"], "compact goes with networks"),
    (["export", "--trial=2"], "has no trial 2; it has trial_01"),
    (["export", "--variant=fill"], "did you mean 'full'?"),
    (["export", "--to=."], "exists already and is not overwritten"),
], ids=str)
def test_so_are_those_about_a_run(arguments, said, tmp_path, monkeypatch, capsys):
    (tmp_path / "run" / "trial_01" / "full").mkdir(parents=True)
    for name in ("run.json", "trial_01/full/done.json"):
        (tmp_path / "run" / name).write_text("{}")
    command, *given = arguments
    if command == "export":
        given = [f"--to={tmp_path / 'new'}", "--variant=full", *given]
    assert said in answers_without_tensorflow(
        [command, str(tmp_path / "run"), *given], monkeypatch, capsys)
    assert not (tmp_path / "new").exists()


def test_a_misspelt_flag_answers_at_once():
    began = time.process_time(), os.times().children_user + os.times().children_system
    answer = run("--gin_file=gin/mnist_lt.gin", "--gin_parm=x")
    spent = os.times().children_user + os.times().children_system - began[1]
    assert answer.returncode == 2 and "gin_parm" in answer.stderr
    assert spent < 1  # Processor time, because other processes may be running.


@pytest.mark.parametrize("environment", [
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONOPTIMIZE": "2"},
    {"PYTHONIOENCODING": "ascii"},
], ids=str)
def test_a_poor_environment(environment, tmp_path):
    (tmp_path / "Zürich").mkdir()
    answer = run("list", f"--output_dir={tmp_path / 'Zürich'}", env={**os.environ, **environment})
    assert answer.returncode == 0 and answer.stderr == ""
    answer = run("verify", "Zürich\u202e", env={**os.environ, **environment})
    assert answer.returncode == 2 and answer.stderr.count("\n") == 1
    assert "Traceback" not in answer.stderr


def test_without_a_home(tmp_path):
    environment = {key: value for key, value in os.environ.items() if key != "HOME"}
    answer = run("list", f"--output_dir={tmp_path}", env=environment)
    assert answer.returncode == 0 and answer.stderr == ""


def test_without_docstrings_it_says_so():
    answer = run("--gin_file=gin/mnist_lt.gin", env={**os.environ, "PYTHONOPTIMIZE": "2"})
    assert answer.returncode == 2 and "PYTHONOPTIMIZE=1" in answer.stderr
    assert answer.stderr.count("\n") == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_standard_output_is_one_line_and_a_failure(tmp_path):
    with open("/dev/full", "w") as full:
        answer = run("list", f"--output_dir={tmp_path}", capture_output=False, stdout=full,
                     stderr=subprocess.PIPE)
    assert answer.returncode == 1 and "No space left" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_few_files_may_be_open(tmp_path):
    import resource

    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    answer = run("list", f"--output_dir={tmp_path}", preexec_fn=limit)
    assert answer.returncode == 0 and answer.stderr == ""
