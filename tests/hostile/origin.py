"""A small finished run, made once, and the six commands that are given to damaged copies of it.

The parts that take time and do not depend on the run's files are made once for all cases: the data,
the compiled networks, and the plain models that only give their shapes. Figures, and a process for
each export, are left out: they have their own tests.
"""

import contextlib
import copy
import dataclasses
import hashlib
import os
import pathlib
import shutil
import signal
import sys

import gin

from lth_keras.commands.main import main

ROOT = pathlib.Path(__file__).resolve().parents[2]
OTHER = "other"
SECONDS = 60  # Each command takes less than a second; waiting for a pipe would never end.
BINDINGS = (
    "Experiment.trials = 1", "Experiment.duration = '2it'", "IMP.duration = '2it'",
    "RewindingSchedule.rounds = 2", "RewindingSchedule.rewind_to = '1it'", "ROUNDS = (2,)",
    "Experiment.batch_size = 20", "Experiment.jit = False", "Experiment.evaluate_every = '1it'",
    "Experiment.variants = [@full/Variant(), @ticket/Variant(), @reinit/Variant()]",
    "Dataset.name = 'mnist1d'", "Dataset.train_examples = 50", "Dataset.test_examples = 30",
    "Dataset.mean = 0.0", "Dataset.std = 1.0", "Dataset.validation = 0.2",
    "lenet_300_100.width = 0.02",
)
TRAIN = (f"--gin_file={ROOT / 'gin/smoke/mnist_lt.gin'}",
         *(f"--gin_param={binding}" for binding in BINDINGS))
# Times, durations and memory: they may differ.
TIMES = {"started", "updated", "seconds", "train_seconds", "evaluate_seconds", "peak_memory_bytes",
         "seal", "continued_with", "networks", "traces", "machine"}


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The answer of a command."""

    status: int
    out: str
    err: str


class Hang(BaseException):
    """A command did not answer in time. It is a BaseException, so that no `except Exception` hides
    it."""


def answer(capsys, *arguments):
    """A function that gives a command in this process, clears gin, and returns an `Outcome`."""
    def late(*_):
        raise Hang(arguments)

    capsys.readouterr()
    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        status = main(list(map(str, arguments)))
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        gin.clear_config()
    said = capsys.readouterr()
    return Outcome(status, said.out, said.err)


def made(output):
    """Makes the run below `output`, with an export's card and an analysis; its folder."""
    assert main([*TRAIN, f"--output_dir={output / 'runs'}"]) == 0
    (root,) = (output / "runs").iterdir()
    for name in ("export", "analyze", "report"):
        gin.clear_config()
        assert main(list(map(str, commands(root, output)[name]))) == 0, name
    gin.clear_config()
    # The same experiment with another seed: its files have the same form and other content.
    assert main([*TRAIN, "--gin_param=Experiment.seed = 1", f"--output_dir={output / OTHER}"]) == 0
    gin.clear_config()
    return root


def beside(origin, folder):
    """Puts a user's file and another run beside the copy of the run."""
    (folder / "outside").mkdir(parents=True)
    (folder / "outside" / "theirs").write_text("not the run's")
    (other,) = (origin.parent.parent / OTHER).iterdir()
    (folder / OTHER).symlink_to(other)


def commands(root, folder):
    """{name: arguments} of the six commands for the run `root`, which may write into `folder`."""
    return {
        "list": ("list", f"--output_dir={root.parent}"),
        "verify": ("verify", root),
        "report": ("report", root),
        "export": ("export", root, "--variant=ticket@02", f"--to={folder / 'exported'}",
                   "--format=ticket"),
        "analyze": ("analyze", root, "--only=mask_overlap"),
        "resume": (*TRAIN, f"--output_dir={root.parent}"),
    }


def is_one_clear_line(outcome):
    """Whether an answer is good: status 0, or one line that says why not."""
    if outcome.status == 0:
        return outcome.err == ""
    return (outcome.status in (1, 2) and outcome.err.startswith("error: ")
            and outcome.err.count("\n") == 1 and "Traceback" not in outcome.err + outcome.out
            and "not foreseen" not in outcome.err)


def contents(root, patterns=("metrics.csv", "summary.csv", "config.gin", "*.npz")):
    """{file: SHA-256} of files without times; exports and set_aside are left out."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for pattern in patterns for path in pathlib.Path(root).rglob(pattern)
        if path.is_file() and path.stat().st_size < 2**26
        and not {"set_aside", "analysis"} & set(path.relative_to(root).parts)
    }


def fingerprint(folder):
    """{path: type and content} of everything below a folder; no link is followed."""
    statuses = {}
    for path in sorted(pathlib.Path(folder).rglob("*")):
        status = path.lstat()
        statuses[str(path)] = (status.st_mode, status.st_ino) if not path.is_file() else (
            status.st_mode, hashlib.sha256(path.read_bytes()).hexdigest())
    return statuses


def copied(origin, folder):
    """A copy of the run in `folder`, with the times of its files."""
    return pathlib.Path(shutil.copytree(origin, folder / origin.name, symlinks=True))


@contextlib.contextmanager
def quick(monkeypatch):
    """Makes the parts once that do not depend on files."""
    from lth_keras.analysis.measures import mask_overlap
    from lth_keras.data import Dataset
    from lth_keras.experiment.context import Context
    from lth_keras.export import write_export
    from lth_keras.figures import charts
    from lth_keras.report import report_figures
    from lth_keras.store import stored_run

    preparing, run_recorder, writing = (sys.modules[f"lth_keras.{name}"] for name in (
        "experiment.prepare", "experiment.run_recorder", "report.write_report"))
    loaded, plain, trainers = {}, {}, {}
    load, build, trainer = Dataset.load, Context.build, Context.trainer

    def loads(self, *arguments, **options):
        if repr(self) not in loaded:
            loaded[repr(self)] = load(self, *arguments, **options)
        return loaded[repr(self)]

    def builds(self, seed=0, precision=None, **arguments):
        key = (seed, precision, *sorted(arguments.items()))
        if key not in plain:
            plain[key] = build(self, seed, precision, **arguments)
        return plain[key]

    def trains(self, kind=None, /, **arguments):
        key = (repr(kind), *sorted(arguments.items()))
        if key not in trainers:
            with monkeypatch.context() as patch:
                patch.setattr(Context, "build", build)  # A wrapped model is nobody else's.
                trainers[key] = trainer(self, kind, **arguments)
        return trainers[key]

    monkeypatch.setattr(Dataset, "load", loads)
    monkeypatch.setattr(Context, "build", builds)
    monkeypatch.setattr(Context, "trainer", trains)
    monkeypatch.setattr(report_figures, "draw", lambda *_: [])
    monkeypatch.setattr(charts, "save", lambda *_: [])
    monkeypatch.setattr(mask_overlap, "_draw_units", lambda *_: None)
    # The plain models only give their shapes; the compiled ones have their own weights.
    monkeypatch.setattr(preparing, "check_forward", lambda context: None)
    monkeypatch.setattr(write_export, "verify", _taken_as_written)
    # Of the same evaluations they always make the same.
    for module in (stored_run, run_recorder):
        monkeypatch.setattr(module, "summarise", _once(module.summarise, lambda metrics, *rest: (
            metrics.to_csv(), *map(repr, rest))))
    monkeypatch.setattr(writing, "interactive_curves", _once(
        writing.interactive_curves, lambda run: (run.metrics.to_csv(), repr(run.metric))))
    # No case ends with the machine's power: what is flushed to the disk, and when, has its own
    # tests.
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    yield


def _once(function, key_of):
    """A function that remembers its answers, copies of which are given, by a key."""
    known = {}

    def remembered(*arguments):
        key = key_of(*arguments)
        if key not in known:
            known[key] = function(*arguments)
        return copy.copy(known[key])

    return remembered


def _taken_as_written(folder, card, test):
    del folder, test
    for entry in card["formats"].values():
        entry["verified"] = {"ok": True}
