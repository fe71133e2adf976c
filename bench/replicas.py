"""Throughput against replicas: one network on one device, and mirrored over several.

    python -m bench.replicas [--replicas=2,4] [--steps=N] [--csv=FILE]

On the machine's GPUs; without any, on as many logical CPU devices, which share the cores: that
shows what mirroring costs, and no gain is to be had. One process, in turn; medians of the turns.
One device is the default engine, compiled by XLA where that helps; TensorFlow has no XLA for
several replicas.
"""

import argparse
import csv
import os
import sys

from rich.console import Console
from rich.table import Table

from bench.step_time import CASES, Engine, generated, in_turn
from lth_keras import models
from lth_keras.compat import tf
from lth_keras.experiment.provenance import machine
from lth_keras.training import Mirrored, OneDevice

COLUMNS = ("network", "batch", "replicas", "devices", "ms", "updates_per_second", "ratio")


def devices_for(count):
    """Names of `count` devices: GPUs, or logical CPU devices where there is none."""
    gpus = tf.config.list_physical_devices("GPU")
    if gpus and len(gpus) < count:
        raise SystemExit(f"{count} replicas were asked for and there are {len(gpus)} GPUs")
    if not gpus:
        tf.config.set_logical_device_configuration(
            tf.config.list_physical_devices("CPU")[0],
            [tf.config.LogicalDeviceConfiguration()] * count)
    return [f"{'GPU' if gpus else 'CPU'}:{index}" for index in range(count)]


def measure(case, counts, devices, steps):
    """Rows of the results, the one device first."""
    network, model_fn, shape, _, batch_size, _ = case
    data, model = generated(shape, steps * batch_size), models.build_seeded(model_fn, shape, 10, 0)
    runs = {
        count: Engine(model, data, batch_size, distribution.start())
        for count, distribution in [
            (1, OneDevice(devices[0])),
            *((count, Mirrored(tuple(devices[:count]))) for count in counts),
        ]
    }
    medians = in_turn(runs, steps)
    return [{
        "network": network, "batch": batch_size, "replicas": count, "devices": devices[0][:3],
        "ms": each, "updates_per_second": 1e3 / each, "ratio": medians[1] / each,
    } for count, each in medians.items()]


def main(arguments):
    """Measures, prints and writes. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicas", default="2", help="numbers of replicas, like 2,4")
    parser.add_argument("--steps", type=int, default=50, help="updates in a turn")
    parser.add_argument("--csv", help="where to write the results as CSV")
    asked = parser.parse_args(arguments)
    counts = [int(each) for each in asked.replicas.split(",")]
    devices, rows, console = devices_for(max(counts)), [], Console()
    for case in CASES:
        console.print(f"{case[0]}, batch {case[4]} …", highlight=False)
        rows += measure(case, counts, devices, asked.steps)
    facts = machine()
    table = Table(*COLUMNS, title="throughput against replicas",
                  caption=f"{os.cpu_count()} cores, {facts['processor']}; "
                          f"{', '.join(facts['gpus']) or 'no GPU: logical CPU devices'}")
    for row in rows:
        table.add_row(*(f"{value:.2f}" if isinstance(value, float) else str(value)
                        for value in row.values()))
    console.print(table)
    if asked.csv:
        with open(asked.csv, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
