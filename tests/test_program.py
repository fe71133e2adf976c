"""Messages name the program as the user called it."""

import pathlib
import re
import subprocess
import sys

import pytest

from lth_keras import program

ROOT = pathlib.Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("called, in_clone, expected", [
    ("/usr/bin/lth-keras", True, "lth-keras"), ("lth-keras.exe", True, "lth-keras"),
    ("/x/lth_keras/__main__.py", True, "lth-keras"), ("run.py", True, "python run.py"),
    ("/x/clone/run.py", False, "python run.py"), ("mine.py", True, "python run.py"),
    ("mine.py", False, "lth-keras"), ("/x/other/__main__.py", False, "lth-keras"),
    ("", False, "lth-keras"),
])
def test_the_name_is_the_one_that_was_typed(called, in_clone, expected, monkeypatch):
    monkeypatch.setattr(sys, "argv", [called])
    monkeypatch.setattr(program, "_is_clone", lambda: in_clone)
    assert program.program() == expected


def test_what_installs_depends_on_where_the_requirements_are(monkeypatch):
    for extra in ("", "cluster", "export"):
        file = re.search(r"-r (\S+) -c (\S+)", program.installing(extra))
        assert all((ROOT / name).is_file() for name in file.groups())
    monkeypatch.setattr(program, "_is_clone", lambda: False)
    assert program.installing("cluster") == "pip install 'lth_keras[cluster]'"
    assert program.installing() == "pip install lth_keras"


@pytest.mark.parametrize("command, expected", [
    (["run.py"], "python run.py"), (["-m", "lth_keras"], "lth-keras")])
def test_errors_and_help_say_it(command, expected, tmp_path):
    def answer(*words):
        done = subprocess.run([sys.executable, *command, *words, f"--output_dir={tmp_path}"],
                              cwd=ROOT, capture_output=True, text=True, timeout=60)
        return done.stdout + done.stderr

    assert f"; see {expected} --help" in answer("exprot")
    assert f"; see {expected} list" in answer("verify", "no_such_run")
    shown = answer("--help")
    assert shown.startswith(f"usage: {expected} --gin_file=F")
    assert f"\nusage: {expected} list" in shown


def test_no_message_has_a_name_of_its_own():
    """Only comments and docstrings may say run.py; a message asks `program()`."""
    said = []
    for path in sorted((ROOT / "lth_keras").rglob("*")):
        if path.suffix not in (".py", ".j2") or path.name == "program.py":
            continue
        text = re.sub(r'"""(?:.|\n)*?"""|#.*', "", path.read_text("utf-8"))
        said += [f"{path}: {line.strip()}" for line in text.splitlines()
                 if "run.py" in line or '"lth-keras ' in line]
    assert said == []
