"""Kills a real run at random instants, resumes it, and compares the results byte for byte.

    python -m tests.kill_injection --kills=50

A run is started as a person would start it, its process group gets SIGKILL after a random time,
and the same command is given again, until it ends; then from the start once more, until the
wanted number of kills is reached. Every life's metrics.csv, masks, weights and rewind points must
equal those of a run that nobody killed.
"""

import argparse
import collections
import hashlib
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

from rich.console import Console
from rich.table import Table

# Small, but with all that can be interrupted: late rewinding with an optimizer's state, variants
# that draw from distributions, a network of another width, checkpoints at every pause.
_COMMAND = (
    "run.py", "--gin_file=gin/smoke/mnist_lt.gin", "--checkpoint_minutes=0",
    "--gin_param=Experiment.trials = 1", "--gin_param=RewindingSchedule.rewind_to = '3it'",
    "--gin_param=Dataset.train_examples = 1000", "--gin_param=Experiment.batch_size = 50",
    "--gin_param=Experiment.evaluate_every = '5it'", "--gin_param=RewindingSchedule.rounds = 2",
    "--gin_param=ROUNDS = (1, 2)",
)
_COMPARED = ("metrics.csv", "*.npz")


def run(output, kill_after=None, params=()):
    """Starts the run into `output`; kills it after that many seconds, unless it ended before.

    Args:
      output: a folder of its own.
      kill_after: seconds, or None to let it end.
      params: gin bindings on top of the command's.

    Returns:
      (whether it ended by itself, the line of the last network).

    Raises:
      RuntimeError: it ended by itself and failed.
    """
    log = pathlib.Path(output) / "log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w", encoding="utf-8") as said:
        process = subprocess.Popen(
            [sys.executable, *_COMMAND, *(f"--gin_param={param}" for param in params),
             f"--output_dir={output}/runs"],
            stdout=said, stderr=subprocess.STDOUT, start_new_session=True,
        )
        try:
            process.wait(kill_after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    lines = [line for line in log.read_text("utf-8").splitlines() if line.startswith("trial ")]
    if process.returncode not in (0, -signal.SIGKILL):
        raise RuntimeError(f"the run failed: {log.read_text('utf-8')}")
    return process.returncode == 0, lines[-1].split(":")[0] if lines else "before the first network"


def contents(output):
    """{file: SHA-256} of what must be the same, relative to the run."""
    (root,) = pathlib.Path(output).glob("runs/*")
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for pattern in _COMPARED for path in root.rglob(pattern)
    }


def trial(kills, seed, folder, console, params=()):
    """Kills `kills` times; returns (rows of the table, number of lives, files that differ)."""
    began = time.monotonic()
    run(folder / "whole", params=params)
    seconds = time.monotonic() - began
    expected = contents(folder / "whole")
    console.print(f"not killed: {seconds:.1f} s, {len(expected)} files compared", highlight=False)
    generator, struck = random.Random(seed), collections.Counter()
    lives, differing = 0, []
    while sum(struck.values()) < kills:
        lives += 1
        output, ended = folder / f"life_{lives:02d}", False
        while not ended:
            left = kills - sum(struck.values())
            after = generator.uniform(0, seconds) if left else None
            ended, where = run(output, after, params)
            if not ended:
                struck[where] += 1
                console.print(
                    f"life {lives}: killed after {after:.1f} s, last stored or met: {where}",
                    highlight=False)
        now = contents(output)
        differing += [
            f"life {lives}: {name}" for name in sorted(expected | now)
            if expected.get(name) != now.get(name)
        ]
    return struck, lives, differing


def main():
    """The command line; exit status 1 where a byte differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        struck, lives, differing = trial(
            arguments.kills, arguments.seed, pathlib.Path(folder), console)
    table = Table("last stored when the kill came", "kills")
    for where, count in sorted(struck.items()):
        table.add_row(where, str(count))
    console.print(table)
    for line in differing:
        console.print(f"DIFFERS: {line}", highlight=False)
    console.print(
        f"{sum(struck.values())} kills in {lives} lives: "
        + (f"{len(differing)} files differ" if differing else "every file is byte-identical"),
        highlight=False)
    return 1 if differing else 0


if __name__ == "__main__":
    raise SystemExit(main())
