"""Time of one training step: the engine, `model.fit` with TFMOT, and bare matrix products.

    python -m bench.step_time [--csv=FILE] [--steps=N] [--processes=N]

A case is measured in a process of its own: all contestants in turn, so that whatever else the
machine does falls on all of them alike; medians over the turns. And in several such processes, one
after the other, because `model.fit` has good ones and bad ones: where its memory lies and how its
threads fall together stays as it is for a process's life. Data are generated: no step's time
depends on what the pixels show.
"""

import argparse
import csv
import itertools
import multiprocessing
import os
import statistics
import sys
import time

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.floor import Floor
from bench.keras_fit import KerasFit
from lth_keras import models, pruning
from lth_keras.data import from_arrays
from lth_keras.experiment.provenance import machine, versions
from lth_keras.training import Adam, DataOrder, Trainer, TrainState
from lth_keras.variables import named_variables, snapshot

TURNS = 5
L2 = 1e-4
# Network, shape of an example, examples in an epoch (those of MNIST and of CIFAR-10), batch, and
# how many times faster than model.fit the engine has to be.
CASES = (
    ("LeNet-300-100", models.lenet_300_100, (28, 28, 1), 60_000, 60, 4.5),
    ("LeNet-300-100", models.lenet_300_100, (28, 28, 1), 60_000, 1024, 2.3),
    ("LeNet-5", models.lenet_5, (32, 32, 3), 50_000, 60, None),
    ("LeNet-5", models.lenet_5, (32, 32, 3), 50_000, 1024, 1.4),
)
COLUMNS = ("network", "batch", "process", "steps", "turns", "engine_ms", "fit_arrays_ms",
           "fit_tf_data_ms", "floor_ms", "fit_over_engine", "engine_over_floor",
           "wanted_fit_over_engine")


class Engine:
    """The trainer as experiments use it: an epoch is a call, masks on, the data uint8."""

    def __init__(self, model, data, batch_size, replicas=None):
        self._trainer = Trainer(model, pruning.RewindingSchedule(1), Adam(1e-3, L2), data,
                                batch_size, replicas=replicas)
        self._order = DataOrder(0, data.train_size, batch_size)
        masks = {weight.key: np.ones(weight.shape, bool) for weight in self._trainer.prunable}
        self._trainer.load(TrainState(snapshot(named_variables(model)), masks))

    def run(self, steps):
        """Trains on for `steps` updates."""
        self._trainer.train(self._order, steps)


def generated(shape, examples):
    """Examples of noise; the test split is there because a data set has one."""
    generator = np.random.default_rng(0)
    x = generator.integers(0, 256, (examples, *shape), np.uint8)
    y = np.arange(examples) % 10
    return from_arrays(x, y, x[:10], y[:10], name="noise", mean=0.1307, std=0.3081)


def in_turn(contestants, steps):
    """{name: median milliseconds a step} of {name: what has a method `run`}, turn by turn."""
    for contestant in contestants.values():
        contestant.run(steps)
        contestant.run(steps)  # tf.data and the engine find their pace in the first.
    times = {name: [] for name in contestants}
    for _ in range(TURNS):
        for name, contestant in contestants.items():
            began = time.perf_counter()
            contestant.run(steps)
            times[name].append(1e3 * (time.perf_counter() - began) / steps)
    return {name: statistics.median(each) for name, each in times.items()}


def measure(case, process, steps):
    """One row of the results.

    Args:
      case: the number of one of `CASES`.
      process: the number of the process that measures.
      steps: updates in a turn, at most an epoch; None for an epoch.
    """
    network, model_fn, shape, examples, batch_size, wanted = CASES[case]
    steps = min(steps or examples, examples // batch_size)
    data = generated(shape, steps * batch_size)
    model = models.build_seeded(model_fn, shape, 10, 0)
    contestants = {
        "engine": Engine(model, data, batch_size),
        "fit_arrays": KerasFit(model, data, batch_size, L2, pipeline=False),
        "fit_tf_data": KerasFit(model, data, batch_size, L2, pipeline=True),
        "floor": Floor(model, batch_size),
    }
    row = {f"{name}_ms": each for name, each in in_turn(contestants, steps).items()}
    fit = min(row["fit_arrays_ms"], row["fit_tf_data_ms"])
    return {
        "network": network, "batch": batch_size, "process": process, "steps": steps,
        "turns": TURNS, **row,
        "fit_over_engine": fit / row["engine_ms"],
        "engine_over_floor": row["engine_ms"] / row["floor_ms"],
        "wanted_fit_over_engine": wanted,
    }


def show(rows, console):
    """Prints the results as a table of 80 columns."""
    facts, packages = machine(), versions()
    table = Table(
        title="milliseconds a training step",
        caption=f"medians of {TURNS} interleaved turns, and over {rows[-1]['process']} processes "
                "(the lowest and the highest ratio behind it); fit: the faster of arrays and "
                f"tf.data; {os.cpu_count()} cores, {facts['processor']}; "
                f"{', '.join(facts['gpus']) or 'no GPU'}; tensorflow {packages['tensorflow']}",
    )
    table.add_column("network")
    for heading in ("batch", "engine", "model.fit", "floor", "fit/engine", "engine/\nfloor"):
        table.add_column(heading, justify="right")
    for _, of_case in itertools.groupby(rows, key=lambda row: (row["network"], row["batch"])):
        of_case = list(of_case)
        wanted = of_case[0]["wanted_fit_over_engine"]
        ratios = [row["fit_over_engine"] for row in of_case]
        fits = [min(row["fit_arrays_ms"], row["fit_tf_data_ms"]) for row in of_case]

        def middle(name, of_case=of_case):
            return f"{statistics.median(row[name] for row in of_case):.2f}"

        table.add_row(
            of_case[0]["network"], str(of_case[0]["batch"]), middle("engine_ms"),
            f"{statistics.median(fits):.2f}", middle("floor_ms"),
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
            + (f"\nwanted {wanted}" if wanted else ""), middle("engine_over_floor"),
        )
    console.print(table)


def write(rows, path):
    """Writes the results as CSV, with four digits after the point."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in rows:
            writer.writerow({
                name: round(value, 4) if isinstance(value, float) else value
                for name, value in row.items()
            })


def main(argv=None):
    """Measures, prints the table, writes the CSV."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", metavar="FILE", help="where to write the results as CSV")
    parser.add_argument("--steps", type=int, metavar="N",
                        help="updates in a turn; the default is an epoch, which is also the most")
    parser.add_argument("--processes", type=int, metavar="N", default=3,
                        help="processes that measure each case; the default is 3")
    asked = parser.parse_args(argv)
    for name in ("steps", "processes"):
        value = getattr(asked, name)
        if value is not None and value < 1:
            parser.error(f"--{name} is {value}; expected at least 1")
    progress, rows = Console(stderr=True), []
    for index, case in enumerate(CASES):
        for process in range(1, asked.processes + 1):
            progress.print(f"{case[0]}, batch {case[4]}, process {process} of {asked.processes} …",
                           highlight=False)
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                rows.append(pool.apply(measure, (index, process, asked.steps)))
    show(rows, Console(width=None if sys.stdout.isatty() else 80))
    if asked.csv:
        write(rows, asked.csv)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
