"""A small finished run, made once, and the six commands that are given to damaged copies of it.

What costs time and cannot be hurt by anything on disk is made once for all cases: the data, the
compiled networks, the plain models that only lend their shapes. Figures are left out; a process
of its own for each export too: both have tests of their own.
"""

import contextlib
import dataclasses
import hashlib
import pathlib
import shutil
import signal
import sys

import gin

from lth_keras.commands.main import main

ROOT = pathlib.Path(__file__).resolve().parents[2]
OTHER = "other"
SECONDS = 60  # None of the commands takes one; a pipe that is waited for takes for ever.
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
# What says when something was done, and how long it took: another time is no damage.
TIMES = {"started", "updated", "seconds", "train_seconds", "evaluate_seconds", "seal",
         "continued_with", "networks", "traces", "machine"}


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a command answered."""

    status: int
    out: str
    err: str


class Hang(BaseException):
    """A command did not answer in time; no `except Exception` takes it for its own."""


def answer(capsys, *arguments):
    """Gives a command in this process; an `Outcome`. What it leaves in gin is cleared."""
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
    # The same experiment of another seed: its files fit in form, and in nothing else.
    assert main([*TRAIN, "--gin_param=Experiment.seed = 1", f"--output_dir={output / OTHER}"]) == 0
    gin.clear_config()
    return root


def beside(origin, folder):
    """Puts what is no part of the run beside its copy: somebody's file, and another run."""
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
    """Whether an answer is what a person can act on: 0, or one line that says why not."""
    if outcome.status == 0:
        return outcome.err == ""
    return (outcome.status in (1, 2) and outcome.err.startswith("error: ")
            and outcome.err.count("\n") == 1 and "Traceback" not in outcome.err + outcome.out
            and "not foreseen" not in outcome.err)


def contents(root, patterns=("metrics.csv", "summary.csv", "config.gin", "*.npz")):
    """{file: SHA-256} of what is the same whenever it was done; exports and set_aside left out."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for pattern in patterns for path in pathlib.Path(root).rglob(pattern)
        if path.is_file() and path.stat().st_size < 2**26
        and not {"set_aside", "analysis"} & set(path.relative_to(root).parts)
    }


def fingerprint(folder):
    """{path: what it is} of everything below a folder, without following a link."""
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
    """Makes once what no file on disk can hurt."""
    from lth_keras.analysis.measures import mask_overlap
    from lth_keras.data import Dataset
    from lth_keras.experiment.context import Context
    from lth_keras.export import write_export
    from lth_keras.figures import charts
    from lth_keras.report import report_figures

    preparing = sys.modules["lth_keras.experiment.prepare"]
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

    def trains(self, **arguments):
        key = tuple(sorted(arguments.items()))
        if key not in trainers:
            with monkeypatch.context() as patch:
                patch.setattr(Context, "build", build)  # A wrapped model is nobody else's.
                trainers[key] = trainer(self, **arguments)
        return trainers[key]

    monkeypatch.setattr(Dataset, "load", loads)
    monkeypatch.setattr(Context, "build", builds)
    monkeypatch.setattr(Context, "trainer", trains)
    monkeypatch.setattr(report_figures, "draw", lambda *_: [])
    monkeypatch.setattr(charts, "save", lambda *_: [])
    monkeypatch.setattr(mask_overlap, "_draw_units", lambda *_: None)
    # Plain models that only lend their shapes have other weights than the compiled ones.
    monkeypatch.setattr(preparing, "check_forward", lambda context: None)
    monkeypatch.setattr(write_export, "verify", _taken_as_written)
    yield


def _taken_as_written(folder, card, test):
    del folder, test
    for entry in card["formats"].values():
        entry["verified"] = {"ok": True}
