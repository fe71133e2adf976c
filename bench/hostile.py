"""The hostile tests at length: every file, every damage, every bit position that is asked for.

    python -m bench.hostile [--seeds=2000] [--every=1] [--seed=0]

A small run is made once. Then, each on a copy: every damage of `tests/hostile/damages.py` to every
file (of N every Nth), and `--seeds` random changes: any bit of any file, any value at any key of a
sealed JSON file, several at once. Each copy is given to list, report, verify, analyze, export and
resume; what each has to hold is what the tests hold (`tests/hostile/test_damaged_files.py`).
"""

import argparse
import collections
import contextlib
import io
import pathlib
import random
import shutil
import tempfile

import pytest

from tests.hostile import damages
from tests.hostile import origin as origins
from tests.hostile.check import check


class Captured:
    """What commands print, as pytest's capsys gives it."""

    Said = collections.namedtuple("Said", "out err")

    def __init__(self):
        self._out, self._err = io.StringIO(), io.StringIO()

    @contextlib.contextmanager
    def listening(self):
        """Takes what is printed."""
        with contextlib.redirect_stdout(self._out), contextlib.redirect_stderr(self._err):
            yield

    def readouterr(self):
        """What was printed since the last time."""
        said = self.Said(self._out.getvalue(), self._err.getvalue())
        for stream in (self._out, self._err):
            stream.seek(0)
            stream.truncate()
        return said


def any_bit(path, chance):
    """One bit anywhere in a file."""
    content = bytearray(path.read_bytes() or b"\0")
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def cases(origin, every, seeds, seed):
    """Yields (name, function of a copy) of every case."""
    names = sorted(str(path.relative_to(origin)) for path in origin.rglob("*") if path.is_file())
    pairs = [(name, damage) for name in names for damage in damages.DAMAGES]
    for name, damage in pairs[::every]:
        yield f"{damage.__name__} {name}", lambda run, n=name, d=damage: d(run / n)
    sealed = [name for name in names if name.endswith(".json")]
    for number in range(seeds):
        yield f"seed {seed + number}", lambda run, n=number: _random(
            run, names, sealed, random.Random(seed + n))


def _random(run, names, sealed, chance):
    for _ in range(chance.choice((1, 1, 2, 5))):
        if chance.random() < 0.4:
            with contextlib.suppress(Exception):  # A file that an earlier change has spoilt.
                damages.another_value(run / chance.choice(sealed), chance)
        else:
            any_bit(run / chance.choice(names), chance)


def main():
    """The command line; exit status 1 where a promise is broken."""
    parser = argparse.ArgumentParser(description="The hostile tests at length.")
    parser.add_argument("--seeds", type=int, default=2000)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    captured, broken, count = Captured(), [], 0
    with tempfile.TemporaryDirectory() as temporary, pytest.MonkeyPatch.context() as patch, \
            origins.quick(patch):
        folder = pathlib.Path(temporary)
        with captured.listening():
            origin = origins.made(folder / "origin")
        for name, damage in cases(origin, arguments.every, arguments.seeds, arguments.seed):
            place = folder / "case"
            origins.beside(origin, place)
            run = origins.copied(origin, place / "runs")
            try:
                damage(run)
                with captured.listening():
                    check(run, origin, place, captured, name, is_strict="seed" not in name)
            except (AssertionError, Exception, origins.Hang) as error:  # noqa: BLE001
                broken.append(f"{name}: {type(error).__name__}: {str(error)[:300]}")
                print(broken[-1], flush=True)
            count += 1
            if count % 100 == 0:
                print(f"{count} cases, {len(broken)} broken", flush=True)
            shutil.rmtree(place, ignore_errors=True)
    print(f"{count} cases, {6 * count} commands: {len(broken)} broke a promise")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
