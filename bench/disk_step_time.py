"""Time of one training step from memory and from the cache on disk, its files in the page cache.

    python -m bench.disk_step_time [--processes=3] [--steps=N]

LeNet-5 on 50,000 images of noise, 32×32×3: the same data in memory and as rows on disk, the same
network, in interleaved turns of one process; medians over the turns. Several processes, one after
the other, because the threads of one fall together as they do for its whole life.
"""

import argparse
import multiprocessing
import os
import statistics
import tempfile

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.step_time import TURNS, Engine, in_turn
from lth_keras import models
from lth_keras.data import Dataset
from lth_keras.experiment.provenance import machine, versions

CASES = (60, 128, 1024)
_EXAMPLES, _SHAPE = 50_000, (32, 32, 3)
_WANTED = 1.3


def noise():
    """Arrays of noise, as a `Dataset.source`."""
    generator = np.random.default_rng(0)
    x = generator.integers(0, 256, (_EXAMPLES, *_SHAPE), np.uint8)
    y = np.arange(_EXAMPLES) % 10
    return {"x_train": x, "y_train": y, "x_test": x[:10], "y_test": y[:10]}


def measure(batch_size, process, steps, folder):
    """{column: value} of one process."""
    steps = min(steps or _EXAMPLES, _EXAMPLES // batch_size)
    model = models.build_seeded(models.lenet_5, _SHAPE, 10, 0)
    times = in_turn({
        storage: Engine(model, Dataset(
            "noise", source=noise, mean=0.1307, std=0.3081, storage=storage, cache_dir=folder,
        ).load(), batch_size)
        for storage in ("memory", "disk")
    }, steps)
    return {"batch": batch_size, "process": process, "steps": steps, **times,
            "ratio": times["disk"] / times["memory"]}


def show(rows, console):
    """Prints the medians over the processes as a table of 80 columns."""
    facts, packages = machine(), versions()
    table = Table(
        title="LeNet-5, 32×32×3: milliseconds a training step",
        caption=f"medians of {TURNS} interleaved turns and over {rows[-1]['process']} processes; "
                f"wanted: at most {_WANTED}; {os.cpu_count()} cores, {facts['processor']}; "
                f"tensorflow {packages['tensorflow']}",
    )
    for heading in ("batch", "memory", "disk", "disk/memory"):
        table.add_column(heading, justify="right")
    for batch_size in CASES:
        here = [row for row in rows if row["batch"] == batch_size]
        ratios = [row["ratio"] for row in here]
        table.add_row(
            str(batch_size), *(f"{statistics.median(row[key] for row in here):.2f}"
                               for key in ("memory", "disk")),
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})")
    console.print(table)


def main():
    """Measures each case in processes of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, default=3, help="processes for each batch size")
    parser.add_argument("--steps", type=int, help="updates in a turn; an epoch where left out")
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for batch_size in CASES:
            for process in range(1, arguments.processes + 1):
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    rows.append(pool.apply(
                        measure, (batch_size, process, arguments.steps, folder)))
    show(rows, Console(width=80))


if __name__ == "__main__":
    main()
