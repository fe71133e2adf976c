"""Time of a network with half of its channels cut out: compacted against dense, in each format.

    python -m bench.compacted_speed [--network=NAME] [--width=W] [--batch=256] [--processes=3]
                                    [--csv=FILE]

Weights and masks are drawn: half of each group of channels goes, everywhere. Both networks are
exported as SavedModel and TFLite, and take turns in processes of their own, which use all cores.
"""

import argparse
import csv
import functools
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.step_time import generated
from lth_keras import models
from lth_keras.channels import ChannelGroups
from lth_keras.experiment.provenance import machine, versions
from lth_keras.export import EXPORT_FORMATS, compact, time_exports
from lth_keras.export.served_network import ServedNetwork
from lth_keras.variables import named_variables

NETWORKS = {
    "lenet_5 on 28×28×1": (models.lenet_5, (28, 28, 1)),
    "lenet_5 on 32×32×3": (models.lenet_5, (32, 32, 3)),
    "resnet_20": (models.resnet, (32, 32, 3)),
}
FORMATS, WANTED = ("saved_model", "tflite"), 1.8


def halved(model):
    """The model with drawn weights, half of each group's units without any; and compacted."""
    generator = np.random.default_rng(0)
    variables = named_variables(model)
    for key, variable in variables.items():
        if key.endswith(("gamma", "moving_variance")):
            variable.assign(generator.uniform(0.5, 1.5, variable.shape))
        elif not key.endswith("kernel"):
            variable.assign(generator.normal(0, 0.1, variable.shape))
    for group in ChannelGroups(model).groups:
        gone = np.zeros(group.size, bool)
        gone[generator.permutation(group.size)[: group.size // 2]] = True
        for place in group.places:
            values = variables[place.key].numpy()
            np.moveaxis(values, place.axis, 0)[(place.units >= 0) & gone[place.units]] = 0
            variables[place.key].assign(values)
    return compact(model).model


def exported(name, width, folder):
    """Writes both networks; (entries for the timing, the logits' relative difference, sizes)."""
    network, shape = NETWORKS[name]
    data = generated(shape, 256)
    model = models.build_seeded(functools.partial(network, width=width), shape, 10, 0)
    smaller = halved(model)
    served = {which: ServedNetwork(each, data, "float", {})
              for which, each in (("dense", model), ("compacted", smaller))}
    images = data.normalize(data.images[:256])
    logits = {which: each.outputs(images, 256) for which, each in served.items()}
    difference = np.abs(logits["dense"] - logits["compacted"]).max() / np.abs(
        logits["dense"]).max()
    entries = []
    for which, plain in (("dense", model), ("compacted", smaller)):
        for form in FORMATS:
            path = folder / which / EXPORT_FORMATS[form].path
            path.parent.mkdir(exist_ok=True)
            EXPORT_FORMATS[form].write(served[which], plain, path)
            entries.append({"name": f"{which} {form}", "format": form, "input": "float",
                            "output": data.task.output_name, "path": str(path)})
    return entries, float(difference), (model.count_params(), smaller.count_params())


def measured(name, entries, batch, processes, folder):
    """({network: [seconds] over all turns of all processes}, cores that others used at most)."""
    plan = folder / "plan.json"
    plan.write_text(json.dumps({
        "networks": entries, "batches": [batch], "input_shape": NETWORKS[name][1]}), "utf-8")
    times, others = {entry["name"]: [] for entry in entries}, 0.0
    for _ in range(processes):
        done = subprocess.run([sys.executable, time_exports.__file__, str(plan)], check=True,
                              capture_output=True, text=True)
        result = json.loads(done.stdout.splitlines()[-1])
        others = max(others, result["others"] or 0.0)
        for network, of_batches in result["seconds"].items():
            times[network] += of_batches[str(batch)]
    return times, others


def show(name, times, others, difference, sizes, batch, processes, console):
    """Prints a table of 80 columns; returns its rows."""
    facts, packages = machine(), versions()
    table = Table(
        title=f"{name}, half of the channels: milliseconds for {batch} examples",
        caption=f"median and quartiles of {time_exports.TURNS} turns in each of {processes} "
                f"processes; {sizes[0]:,} parameters and {sizes[1]:,}; logits differ by "
                f"{difference:.1e} of the largest; other programs used up to {others:.1f} cores; "
                f"{os.cpu_count()} cores, {facts['processor']}; "
                f"tensorflow {packages['tensorflow']}")
    table.add_column("format")
    for heading in ("dense", "compacted", "times faster"):
        table.add_column(heading, justify="right")
    rows = []
    for form in FORMATS:
        dense, smaller = ([1e3 * each for each in times[f"{which} {form}"]]
                          for which in ("dense", "compacted"))
        ratio = statistics.median(dense) / statistics.median(smaller)
        table.add_row(form, _spread(dense), _spread(smaller),
                      f"[bold]{ratio:.2f}[/bold]\nwanted ≥ {WANTED}")
        rows.append((name, form, batch, statistics.median(dense), statistics.median(smaller),
                     ratio, difference))
    console.print(table)
    return rows


def _spread(values):
    low, middle, high = np.percentile(values, [25, 50, 75])
    return f"{middle:.2f} ({low:.2f}–{high:.2f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=NETWORKS)
    parser.add_argument("--width", type=float, default=1.0, help="multiple of all channels")
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--csv")
    given = parser.parse_args()
    rows = []
    for name in [given.network] if given.network else NETWORKS:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            entries, difference, sizes = exported(name, given.width, folder)
            times, others = measured(name, entries, given.batch, given.processes, folder)
        words = name if given.width == 1 else f"{name}, {given.width:g} times as wide"
        rows += show(words, times, others, difference, sizes, given.batch, given.processes,
                     Console(width=80))
    if given.csv:
        with open(given.csv, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("network", "format", "batch", "dense_ms", "compacted_ms", "ratio",
                             "logits_differ_by"))
            writer.writerows(rows)


if __name__ == "__main__":
    main()
