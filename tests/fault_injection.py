"""Damages every file of a real run in every way, and checks that it is noticed and repaired.

    python -m tests.fault_injection [--every=N]

Two kinds of fault. While a run writes: each write in turn, and each renaming of what was written,
fails with «no space left on device», those of TensorBoard's events among them; the run must end
with one clear error, and the same command must then end as if nothing had happened. In a finished
run: each file in turn is cut to half, gets one bit flipped, or is removed; `verify` must name it,
`verify --repair` must set it aside, and the run's own command must then restore every byte.
"""

import argparse
import collections
import contextlib
import errno
import hashlib
import os
import pathlib
import shutil
import tempfile

from rich.console import Console
from rich.table import Table

from lth_keras import opening
from lth_keras.commands import configuration
from lth_keras.console.progress import ProgressDisplay
from lth_keras.errors import RunError
from lth_keras.experiment import execute, prepare
from lth_keras.paths import RunPaths
from lth_keras.store.verification import set_aside, verify
from lth_keras.tensorboard import TensorBoard

_BINDINGS = (
    "Experiment.trials = 1", "Dataset.train_examples = 500", "Experiment.batch_size = 100",
    "Experiment.duration = '2ep'", "RewindingSchedule.rounds = 2", "ROUNDS = (1, 2)",
    "RewindingSchedule.rewind_to = '2it'",
    "Experiment.variants = [@ticket/Variant(), @reinit/Variant(), @dense_matched/Variant()]",
    # Hundreds of runs of a few updates: with XLA, most of the time would be compiling.
    "Experiment.jit = False",
)
# Files with times in them, and the lock, which is not a result.
_NOT_COMPARED = (".lock", "run.json", "done.json")


class Subject:
    """The experiment that is run, damaged and healed again."""

    def __init__(self):
        # gin is read only once: this tests the library, not the command line.
        self._experiment = configuration.read(["gin/smoke/mnist_lt.gin"], _BINDINGS)

    def run(self, output):
        """Starts or continues the run in `output`; returns its paths."""
        prepared = prepare(self._experiment, output, checkpoint_seconds=0)
        with open(os.devnull, "w", encoding="utf-8") as nowhere:
            with ProgressDisplay(1, "faults", Console(file=nowhere)) as progress:
                execute(prepared, progress, [TensorBoard(prepared.context.paths)])
        return prepared.context.paths


def event_folders(paths):
    """The folders of TensorBoard's events."""
    return paths.tensorboard, paths.tensorboard_trials


def contents(paths):
    """{file: SHA-256} of what must be the same; events hold times."""
    return {
        str(path.relative_to(paths.root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths.root.rglob("*")
        if path.is_file() and path.name not in _NOT_COMPARED
        and not {paths.set_aside, *event_folders(paths)} & set(path.parents)
    }


class FullDisk:
    """A disk that is full at one write, or one renaming, given by its number from 0.

    Attributes:
      counts: {'write': n, 'renaming': n} so far.
    """

    def __init__(self, kind=None, number=None):
        self._kind, self._number = kind, number
        self.counts = collections.Counter()

    def met(self, kind):
        """Counts a write or renaming, and fails if it is the one that was chosen."""
        self.counts[kind] += 1
        if (kind, self.counts[kind] - 1) == (self._kind, self._number):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @contextlib.contextmanager
    def mounted(self):
        """A context in which all that a run writes goes to this disk."""
        replace, created = opening.replace, opening.created

        def replaced(source, target):
            self.met("renaming")
            replace(source, target)

        def opened(path):
            return _Written(created(path), self)

        opening.replace, opening.created = replaced, opened
        try:
            yield
        finally:
            opening.replace, opening.created = replace, created


class _Written:
    """A file open for writing on a `FullDisk`."""

    def __init__(self, file, disk):
        self._file, self._disk = file, disk

    def write(self, content):
        self._disk.met("write")
        return self._file.write(content)

    def __getattr__(self, name):
        return getattr(self._file, name)

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        self._file.close()


def cut(path):
    """Cuts a file to half of its length."""
    os.truncate(path, path.stat().st_size // 2)


def flip(path):
    """Flips one bit in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def remove(path):
    """Removes the file."""
    path.unlink()


DAMAGES = {"cut to half": cut, "one bit flipped": flip, "removed": remove}


def space(subject, folder, expected, kind, number):
    """Outcome of a run whose write or renaming of that number fails, and of going on with it."""
    output = folder / f"{kind}_{number}"
    try:
        with FullDisk(kind, number).mounted():
            subject.run(output)
        return "NOT NOTICED"
    except RunError as error:
        if "No space left" not in str(error):
            return f"UNCLEAR: {error}"
    except OSError as error:
        return f"NOT CAUGHT: {error}"
    outcome = _compare(subject.run(output), expected)
    shutil.rmtree(output)
    return outcome


def damage(subject, whole, folder, expected, name, kind):
    """Outcome of damaging one file of a finished run."""
    output = folder / "damaged"
    shutil.copytree(whole.root, output / whole.root.name)
    paths = RunPaths(output / whole.root.name)
    DAMAGES[kind](paths.root / name)
    findings = verify(paths).findings
    named = any(pathlib.PurePosixPath(name).name in str(each) for each in findings)
    outcome = "" if named else "NOT NAMED"
    set_aside(paths, findings)
    outcome = outcome or _compare(subject.run(output), expected)
    if not outcome and verify(paths).findings:
        outcome = "STILL DAMAGED"
    shutil.rmtree(output)
    return outcome


def _compare(paths, expected):
    ended = contents(paths)
    differing = [name for name in expected if ended.get(name) != expected[name]]
    return f"DIFFERS: {', '.join(differing)}" if differing else ""


def main():
    """The command line; exit status 1 where a fault is not noticed or not healed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="only every Nth fault")
    every = parser.parse_args().every
    console, tally, bad = Console(), collections.Counter(), []

    def record(kind, where, outcome):
        tally[(kind, "healed" if not outcome else "NOT HEALED")] += 1
        if outcome:
            bad.append(f"{kind}, {where}: {outcome}")

    with tempfile.TemporaryDirectory() as temporary:
        folder, subject = pathlib.Path(temporary), Subject()
        disk = FullDisk()
        with disk.mounted():
            whole = subject.run(folder / "whole")
        expected = contents(whole)
        for kind, count in disk.counts.items():
            for number in range(0, count, every):
                record(f"no space left at a {kind}", f"{kind} {number}",
                       space(subject, folder, expected, kind, number))
                console.print(f"{kind} {number + 1} of {count}", highlight=False)
        names = sorted(
            str(path.relative_to(whole.root)) for path in whole.root.rglob("*")
            if path.is_file() and path.name != ".lock"
            and not set(event_folders(whole)) & set(path.parents))
        cases = [(name, kind) for name in names for kind in DAMAGES]
        for done, (name, kind) in enumerate(cases[::every], 1):
            console.print(f"{done} of {len(cases[::every])}: {name} {kind}", highlight=False)
            record(f"file {kind}", name, damage(subject, whole, folder, expected, name, kind))
    table = Table("fault", "outcome", "cases")
    for (kind, outcome), count in sorted(tally.items()):
        table.add_row(kind, outcome, str(count))
    console.print(table)
    for line in bad:
        console.print(line, highlight=False, soft_wrap=True)
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
