"""Time of training with masks that change, as a ratio to a static mask's, in one process.

    python -m bench.mask_updates [--steps=N] [--every=N] [--turns=N]

LeNet-300-100 in batches of 128, a tenth of its weights kept by Erdős–Rényi-Kernel densities. All
contestants train in turn, so that whatever else the machine does falls on all of them alike;
medians over the turns. A ratio above `WANTED` is said, and the exit status is then 1.
"""

import argparse
import os
import statistics
import sys
import time

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.step_time import generated
from lth_keras import masks as masks_lib
from lth_keras import models, pruning
from lth_keras.experiment.provenance import machine, versions
from lth_keras.layer_densities import ErdosRenyiKernel
from lth_keras.mask_updates import SET, SNFS, GradualMagnitude, RigL
from lth_keras.training import (
    Adam,
    DataOrder,
    MaskUpdates,
    Plan,
    Trainer,
    TrainingProgress,
    TrainState,
    train_network,
)
from lth_keras.variables import named_variables, snapshot

BATCH, EXAMPLES, DENSITY = 128, 60_000, 0.1
WANTED = {"RigL": 1.15, "SET": 1.15}


class Contestant:
    """One network's training from the start, by a rule or with a static mask.

    Args:
      trainer: `Trainer`, which all contestants share.
      start: `TrainState`.
      rule: a `MaskUpdate`, or None.
      steps: updates of the weights.
    """

    def __init__(self, trainer, start, rule, steps):
        self._trainer, self._start = trainer, start
        self._updates = None if rule is None else MaskUpdates(
            rule, 0, steps, rule.steps(0, steps, trainer.steps_per_epoch),
            masks_lib.kept(start.masks), 0)
        self._order = DataOrder(0, trainer.data.train_size, BATCH)
        self._steps, self._rule = steps, rule

    def run(self):
        """Seconds of one training, evaluations left out."""
        masks = self._start.masks if self._rule is None else self._rule.first(self._start.masks)
        plan = Plan(0, self._steps, self._steps, self._order, updates=self._updates)
        progress = TrainingProgress(TrainState(self._start.weights, masks))
        began = time.perf_counter()
        train_network(self._trainer, plan, progress)
        # With the updates, which lie between the stretches that `train_seconds` counts.
        return time.perf_counter() - began - progress.evaluate_seconds


def contestants(steps, every):
    """{name: `Contestant`}, over generated data."""
    data = generated((28, 28, 1), EXAMPLES)
    model = models.build_seeded(models.lenet_300_100, (28, 28, 1), 10, 0)
    trainer = Trainer(model, pruning.RewindingSchedule(1), Adam(1e-3), data, BATCH)
    shapes = {weight.key: weight.shape for weight in trainer.prunable}
    total = round(DENSITY * sum(weight.size for weight in trainer.prunable))
    masks = masks_lib.from_counts(
        shapes, ErdosRenyiKernel().counts(shapes, total, dict), np.random.default_rng(0))
    start = TrainState(snapshot(named_variables(model)), masks)
    # Over the whole training and not 75 % of it: the dearest case.
    timing = {"every": f"{every}it", "until": 1.0}
    rules = {"static mask": None, **{
        type(rule).__name__: rule
        for rule in (SET(**timing), RigL(**timing), SNFS(**timing), GradualMagnitude(**timing))}}
    return {name: Contestant(trainer, start, rule, steps) for name, rule in rules.items()}


def main(argv=None):
    """Measures, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=2000, help="updates of weights in a turn")
    parser.add_argument("--every", type=int, default=100, help="steps between updates of masks")
    parser.add_argument("--turns", type=int, default=5, help="turns, whose median counts")
    asked = parser.parse_args(argv)
    for name in ("steps", "every", "turns"):
        if getattr(asked, name) < 1:
            parser.error(f"--{name} is {getattr(asked, name)}; expected at least 1")
    if asked.steps <= asked.every:
        parser.error(f"--steps is {asked.steps}; expected more than --every, {asked.every}")
    racing = contestants(asked.steps, asked.every)
    for contestant in racing.values():
        contestant.run()  # Compiles, and finds its pace.
    times = {name: [] for name in racing}
    for _ in range(asked.turns):
        for name, contestant in racing.items():
            times[name].append(contestant.run())
    static = statistics.median(times["static mask"])
    table = Table(
        "masks", "ms a step", "ratio", "wanted", title=f"LeNet-300-100, batch {BATCH}",
        caption=f"masks updated every {asked.every} steps; medians of {asked.turns} interleaved "
                f"turns of {asked.steps} steps; {os.cpu_count()} cores, {machine()['processor']}; "
                f"tensorflow {versions()['tensorflow']}")
    slow = []
    for name, seconds in times.items():
        ratio = statistics.median(seconds) / static
        wanted = WANTED.get(name)
        if wanted is not None and ratio > wanted:
            slow.append(name)
        table.add_row(name, f"{1e3 * statistics.median(seconds) / asked.steps:.3f}",
                      f"{ratio:.3f}", "" if wanted is None else f"at most {wanted}")
    console = Console(width=None if sys.stdout.isatty() else 80)
    console.print(table)
    if slow:
        console.print(f"slower than wanted: {', '.join(slow)}")
    return 1 if slow else 0


if __name__ == "__main__":
    raise SystemExit(main())
