"""Damages a real run in every way at every file, and sees whether it heals.

    python -m bench.faults [--every=N]

Two kinds of fault. While a run writes: each write in turn fails with «no space left on device»;
the run must end with one clear error, and the same command must then end as if nothing had been.
In a finished run: each file in turn is cut to half, gets one bit flipped, or is removed; `verify`
must name it, `verify --repair` must set it aside, and the run's own command must then restore
every byte.
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

from lth_keras import files
from lth_keras.commands import configuration
from lth_keras.errors import RunError
from lth_keras.experiment import execute, prepare
from lth_keras.paths import RunPaths
from lth_keras.records import Progress
from lth_keras.records.verification import set_aside, verify

_BINDINGS = (
    "Experiment.trials = 1", "Dataset.train_examples = 500", "Experiment.batch_size = 100",
    "Experiment.duration = '2ep'", "RewindingSchedule.rounds = 2", "ROUNDS = (1, 2)",
    "RewindingSchedule.rewind_to = '2it'",
    "Experiment.variants = [@ticket/Variant(), @reinit/Variant(), @dense_matched/Variant()]",
)
# Sealed, with times in them; the lock is no result.
_NOT_COMPARED = (".lock", "run.json", "done.json")


class Subject:
    """The experiment that is run, damaged and healed again."""

    def __init__(self):
        # The library's parts are what is tested here, so gin is read once only.
        self._experiment = configuration.read(["gin/smoke/mnist_lt.gin"], _BINDINGS)

    def run(self, output):
        """Runs it into `output`, or goes on with it. Returns the run's paths."""
        prepared = prepare(self._experiment, output, checkpoint_seconds=0)
        with open(os.devnull, "w", encoding="utf-8") as nowhere:
            with Progress(1, "faults", Console(file=nowhere)) as progress:
                execute(prepared, progress)
        return prepared.context.paths


def contents(paths):
    """{file: SHA-256} of what must be the same."""
    return {
        str(path.relative_to(paths.root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths.root.rglob("*")
        if path.is_file() and path.name not in _NOT_COMPARED
        and paths.set_aside not in path.parents
    }


@contextlib.contextmanager
def failing_write(number):
    """The write of that number, from 0, fails for want of space. Yields [writes so far]."""
    real, count = os.replace, [0]

    def replace(source, target):
        count[0] += 1
        if count[0] - 1 == number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(source, target)

    files.os.replace = replace
    try:
        yield count
    finally:
        files.os.replace = real


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


def space(subject, folder, expected, number):
    """Outcome of a run whose write of that number fails, and of going on with it."""
    output = folder / f"space_{number}"
    try:
        with failing_write(number):
            subject.run(output)
        return "NOT NOTICED"
    except RunError as error:
        if "No space left" not in str(error):
            return f"UNCLEAR: {error}"
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
    if _is_unfinished(name, kind):
        outcome = "" if not findings else "NAMED AS DAMAGE, BUT IT IS UNFINISHED"
    else:
        named = any(pathlib.PurePosixPath(name).name in str(each) for each in findings)
        outcome = "" if named else "NOT NAMED"
    set_aside(paths, findings)
    outcome = outcome or _compare(subject.run(output), expected)
    if not outcome and verify(paths).findings:
        outcome = "STILL DAMAGED"
    shutil.rmtree(output)
    return outcome


def _is_unfinished(name, kind):
    # A folder without done.json is by definition a unit that was not finished.
    return kind == "removed" and pathlib.PurePosixPath(name).name == "done.json"


def _compare(paths, expected):
    found = contents(paths)
    differing = [name for name in expected if found.get(name) != expected[name]]
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
        with failing_write(None) as writes:
            whole = subject.run(folder / "whole")
        expected, written = contents(whole), writes[0]
        for number in range(0, written, every):
            record("no space left at a write", f"write {number}",
                   space(subject, folder, expected, number))
        names = sorted(
            str(path.relative_to(whole.root)) for path in whole.root.rglob("*")
            if path.is_file() and path.name != ".lock")
        cases = [(name, kind) for name in names for kind in DAMAGES]
        for name, kind in cases[::every]:
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
