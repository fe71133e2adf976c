"""Time of an IMP run by units: with zeros in the full network, and as the smaller networks.

    python -m bench.compact_training [--network=NAME] [--width=W] [--batch=N] [--epochs=N]
                                     [--rounds=N]

Both runs are whole runs in one process, everything counted: building, compiling, training,
evaluating, storing; their masks are compared. Data are generated: no step's time depends on what
the pixels show. Then the last round's mask is trained for 100 updates in both ways from the same
weights, which shows how far rounding leads them apart.
"""

import argparse
import csv
import functools
import os
import tempfile
import time

import numpy as np
from rich.console import Console
from rich.table import Table

import lth_keras
from bench.step_time import generated
from lth_keras import files, models
from lth_keras.channels import ChannelGroups
from lth_keras.experiment.provenance import machine, versions
from lth_keras.granularity import Units
from lth_keras.pruning import RewindingSchedule, prunable_weights
from lth_keras.training import Adam, CompactTrainers, DataOrder, Trainer, TrainState

# Function, shape of an example, examples, batch, epochs of a round.
NETWORKS = {
    "lenet_300_100": (models.lenet_300_100, (28, 28, 1), 60_000, 60, 20),
    "lenet_5": (models.lenet_5, (32, 32, 3), 10_000, 60, 5),
    "conv_2": (models.conv_2, (32, 32, 3), 5_000, 60, 2),
    "resnet_20": (models.resnet, (32, 32, 3), 5_000, 128, 3),
}
RATE, UPDATES = 0.2, 100


def whole_run(case, rounds, folder, compact):
    """(seconds of the whole run, [seconds of training in each round], its folder)."""
    model, shape, examples, batch_size, epochs = case
    x, y = _examples(shape, examples)
    began = time.perf_counter()
    tickets = lth_keras.find_ticket(
        model, (x, y), (x[:100], y[:100]), rounds, RATE, f"{epochs}ep", batch_size=batch_size,
        validation=0, granularity=Units(), compact_training=compact, progress=False,
        output_dir=folder, name="compact" if compact else "masked", optimizer=Adam(1e-3))
    seconds = time.perf_counter() - began
    trial = tickets.path / "trial_01"
    in_rounds = [files.read_json(trial / f"round_{index:02d}" / "done.json")["train_seconds"]
                 for index in range(rounds + 1)]
    return seconds, in_rounds, trial


def apart(case, trial, rounds):
    """(largest difference of a weight after 100 updates, of an optimizer's variable)."""
    model_fn, shape, examples, batch_size, _ = case
    data = generated(shape, max(examples, batch_size))
    model = models.build_seeded(model_fn, shape, 10, 0)
    channels = ChannelGroups(model, {weight.key for weight in prunable_weights(model)})

    def trainer(plain, of=None):
        return Trainer(plain, RewindingSchedule(1), Adam(1e-3), data, batch_size, channels=of)

    full = trainer(model, channels)
    masks = {key: mask.astype(bool) for key, mask in
             files.read_npz(trial / f"round_{rounds:02d}" / "masks.npz").items()}
    start = TrainState(files.read_npz(trial / "initial.npz"), masks)
    states = []
    for each in (full, CompactTrainers(model, channels, full, trainer).for_masks(masks)):
        each.load(start)
        each.train(DataOrder(0, data.train_size, batch_size), UPDATES)
        states.append(each.state())
    first, second = states
    assert all(np.array_equal(first.masks[key], second.masks[key]) for key in masks)
    return tuple(max(float(np.abs(one[key] - other[key]).max()) for key in one)
                 for one, other in ((first.weights, second.weights),
                                    (first.optimizer, second.optimizer)))


def alike(one, other, rounds):
    """In how many rounds, round 0 with them, two trials have the same masks."""
    return sum(all(np.array_equal(mask, theirs[key]) for key, mask in ours.items())
               for ours, theirs in (
                   [files.read_npz(trial / f"round_{index:02d}" / "masks.npz")
                    for trial in (one, other)] for index in range(rounds + 1)))


def _examples(shape, count):
    generator = np.random.default_rng(0)
    return generator.integers(0, 256, (count, *shape), np.uint8), np.arange(count) % 10


def show(name, case, masked, compact, differences, same, console):
    """Prints the results as a table of 80 columns."""
    facts, packages = machine(), versions()
    table = Table(
        title=f"IMP by units, {name}, batch {case[3]}, {case[4]} epochs of {case[2]} examples a "
              "round: seconds",
        caption=f"whole runs in one process, compiling included; {os.cpu_count()} cores, "
                f"{facts['processor']}; {', '.join(facts['gpus']) or 'no GPU'}; tensorflow "
                f"{packages['tensorflow']}. Both runs have the same masks in {same} of "
                f"{len(masked[1])} rounds. After {UPDATES} updates from the same weights the "
                f"largest difference of a weight is {differences[0]:.2g}, of the optimizer's "
                f"variables {differences[1]:.2g}")
    for heading in ("round", "masked", "compact", "compact / masked"):
        table.add_column(heading, justify="right")
    for index, (one, other) in enumerate(zip(masked[1], compact[1], strict=True)):
        table.add_row(str(index), f"{one:.2f}", f"{other:.2f}", f"{other / one:.2f}")
    table.add_row("whole run", f"{masked[0]:.1f}", f"{compact[0]:.1f}",
                  f"[bold]{compact[0] / masked[0]:.2f}[/bold]\nwanted ≤ 0.50")
    console.print(table)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=NETWORKS, default="lenet_300_100")
    parser.add_argument("--width", type=float, default=1.0, help="multiple of all widths")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--csv")
    given = parser.parse_args()
    model, shape, examples, batch_size, epochs = NETWORKS[given.network]
    case = (functools.partial(model, width=given.width), shape, examples,
            given.batch or batch_size, given.epochs or epochs)
    with tempfile.TemporaryDirectory() as folder:
        # What a process does once, such as starting XLA, is in neither time.
        whole_run((case[0], shape, case[3], case[3], 1), 1, f"{folder}/first", False)
        masked = whole_run(case, given.rounds, folder, False)
        compact = whole_run(case, given.rounds, folder, True)
        same = alike(masked[2], compact[2], given.rounds)
        differences = apart(case, masked[2], given.rounds)
    name = given.network if given.width == 1 else f"{given.network} {given.width:g} times as wide"
    show(name, case, masked, compact, differences, same, Console(width=80))
    if given.csv:
        with open(given.csv, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("network", "batch", "round", "masked_seconds", "compact_seconds"))
            for index, pair in enumerate(zip(masked[1], compact[1], strict=True)):
                writer.writerow((given.network, case[3], index, *pair))
            writer.writerow((given.network, case[3], "whole run", masked[0], compact[0]))


if __name__ == "__main__":
    main()
