"""The hostile tests at length: every file, every damage, every bit position that is asked for.

    python -m bench.hostile [--seeds=2000] [--every=1] [--seed=0] [--minutes=60]

A small run is made once. Then, each on a copy: every damage of `tests/hostile/damages.py` to every
file (with --every=N one of N, mixed), and `--seeds` random changes: any bit of any file, any value
at any key of a sealed JSON file, several at once, and, every second time, a value that the schemas
take with all checksums made to fit. Each copy is given to list, report, verify, analyze, export and
resume; what each has to hold is what the tests hold (`tests/hostile/check.py`). It prints how often
each command answered as of a whole run, and how often with one line that says why not; cases that
are left when the minutes are over are counted.
"""

import argparse
import collections
import contextlib
import io
import pathlib
import random
import shutil
import tempfile
import time

import pytest

from tests.hostile import alterations, damages
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
    random.Random(seed).shuffle(pairs)  # Else every twelfth would be the same damage.
    for name, damage in pairs[::every]:
        yield f"{damage.__name__} {name}", lambda run, n=name, d=damage: d(run / n)
    contents = alterations.sealed_contents(origin)
    sealed = [name for name in names if name.endswith(".json")]
    for number in range(seeds):
        yield f"seed {seed + number}", lambda run, n=seed + number: _random(
            run, names, sealed, contents, n)


def _random(run, names, sealed, contents, seed):
    if seed % 2:
        alterations.put(run, *alterations.taken(contents, seed))
        return
    chance = random.Random(seed)
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
    parser.add_argument("--minutes", type=float, default=60.0)
    arguments = parser.parse_args()
    captured, broken, answers, left = Captured(), [], collections.Counter(), 0
    with tempfile.TemporaryDirectory() as temporary, pytest.MonkeyPatch.context() as patch, \
            origins.quick(patch):
        folder = pathlib.Path(temporary)
        with captured.listening():
            origin = origins.made(folder / "origin")
        ends = time.monotonic() + 60 * arguments.minutes
        for name, damage in cases(origin, arguments.every, arguments.seeds, arguments.seed):
            if time.monotonic() > ends:
                left += 1
                continue
            problem = _examine(origin, folder / "case", name, damage, captured, answers)
            if problem:
                broken.append(problem)
                print(problem, flush=True)
    _report(answers, len(broken), left)
    return 1 if broken else 0


def _examine(origin, place, name, damage, captured, answers):
    """Counts the answers to one damaged copy; the promise that was broken, or None."""
    origins.beside(origin, place)
    run = origins.copied(origin, place / "runs")
    kind = name.split()[0]
    answers[kind] += 1
    try:
        damage(run)
        with captured.listening():
            statuses = check(run, origin, place, captured, name, is_strict=kind != "seed")
        answers.update((command, bool(status)) for command, status in statuses.items())
    except (AssertionError, Exception, origins.Hang) as error:  # noqa: BLE001
        return f"{name}: {type(error).__name__}: {str(error)[:300]}"
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return None


def _report(answers, broken, left):
    kinds = {kind: count for kind, count in answers.items() if isinstance(kind, str)}
    print("; ".join(f"{kind} {count}" for kind, count in kinds.items()))
    commands = dict.fromkeys(key[0] for key in answers if isinstance(key, tuple))
    for command in commands:
        print(f"{command}: as of a whole run {answers[command, False]}, one line "
              f"{answers[command, True]}")
    count = sum(kinds.values())
    print(f"{count} cases, {len(commands) * count} commands, {left} cases left: {broken} broke a "
          "promise")


if __name__ == "__main__":
    raise SystemExit(main())
