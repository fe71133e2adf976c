"""Made-up runs: folders with invented numbers, like those of a finished or broken run."""

import dataclasses
import math

import numpy as np

from lth_keras import files, seeds
from lth_keras.metric import ACCURACY
from lth_keras.paths import RunPaths, round_name, variant_name
from lth_keras.store import network_folder
from lth_keras.store.metrics import concatenate, rows_to_csv
from tests.finished_networks import MADE_FROM
from tests.statistics.accuracy_rows import accuracy_row

LAYERS = {"fc1/kernel": (16, 6), "out/kernel": (6, 3)}


class MadeUpRun:
    """Writes a run's folder network by network.

    Args:
      root: its folder.
      rounds: of IMP.
      fallback: why the data are not those that were asked for, or None.
      seed: the experiment's.
    """

    def __init__(self, root, rounds=2, fallback=None, margin=0.002, published=(),
                 seed=0):
        self.paths, self.rounds, self.jobs = RunPaths(root), rounds, []
        self.header = {
            "run": root.name, "experiment": "made_up", "state": "done", "trials": 0, "seed": seed,
            "data": {
                "name": "mnist_5k" if fallback else "digits", "requested": "digits",
                "fallback_reason": fallback,
                "fallback_changes": {"batch_size": [1024, 64]} if fallback else {},
                "fingerprint": "00", "input_shape": [4, 4, 1],
                "classes": 3, "examples": {"train": 90, "validation": 10, "test": 50},
            },
            "versions": {"python": "3.11"}, "started": "2026-01-01T00:00:00+00:00",
            "machine": {"processor": "none", "cores": 1, "gpus": [], "system": "none"},
            "configuration": {
                "optimizer": {"class": "Adam", "learning_rate": 0.001, "l2": 0.0},
                "batch_size": 10,
                "imp": {"class": "IMP", "criterion": {"class": "Magnitude"}, "schedule": {
                    "class": "RewindingSchedule", "config": {
                        "rounds": rounds, "rate": 0.2, "rates": {}, "scope": "layerwise"}}},
                "dataset": {"class": "Dataset", "name": "digits"},
                "model": {"name": "tiny", "layers": [
                    {"class_name": "Dense", "config": {"name": name, "units": units}}
                    for name, units in (("fc1", 6), ("out", 3))
                ]},
            },
            "prunable_weights": {key: math.prod(shape) for key, shape in LAYERS.items()},
            "variables": {key: ["float32", *shape] for key, shape in LAYERS.items()},
            "skipped": {}, "duration": "4ep", "round_duration": "2ep", "steps_per_epoch": 9,
            "rewind_step": 0,
            "kept_by_round": [round(114 * 0.8**index) for index in range(rounds + 1)],
            "margin": margin,
            "metrics": [dataclasses.asdict(ACCURACY)],
            "published": list(published),
            "format": 1, "updated": "2026-01-01T00:00:01+00:00", "continued_with": [],
            "traces": [],
            "descriptions": [["ticket", "a mask <of its own>; starts from dice"],
                             ["absent", "not stored"]],
        }

    def network(self, trial, variant, index, seed, done=True, diverged=False, gain=0.0):
        """Writes one network of random weights, with accuracies that rise over four epochs."""
        chance = np.random.default_rng(seed)
        name = round_name(index) if variant == "imp" else variant_name(variant, index or None)
        self.jobs.append([trial, name])
        if not done:
            return
        folder = self.paths.network(trial, name)
        density = 0.8**index
        masks = {key: chance.random(shape) < density for key, shape in LAYERS.items()}
        weights = {key: chance.normal(size=shape).astype(np.float32) * masks[key]
                   for key, shape in LAYERS.items()}
        if diverged:
            weights = {key: np.full_like(array, np.nan) for key, array in weights.items()}
        start = {key: chance.normal(size=shape).astype(np.float32)
                 for key, shape in LAYERS.items()}
        files.write_npz(folder / "masks.npz", masks)
        files.write_npz(folder / "weights.npz", weights)
        if variant == "imp":
            if not index:
                files.write_npz(self.paths.initial(trial), start)
                files.write_npz(self.paths.rewind(trial), start)
        else:
            files.write_npz(folder / "initial.npz", start)
        rows = []
        for epoch in range(1, 5):
            lost = diverged and epoch == 2
            accuracy = float(np.clip(0.8 + gain + 0.03 * epoch + chance.normal(0, 0.01), 0, 1))
            rows.append(accuracy_row(
                trial, variant, index, density, 9 * epoch, epoch,
                np.inf if lost else 1 / epoch + chance.normal(0, 0.01), accuracy,
                1 / epoch + chance.normal(0, 0.05), accuracy,
                1 / epoch, round(accuracy, 4),
            ))
            if lost:
                break
        files.write_text(folder / "metrics.csv", rows_to_csv(rows))
        own = [] if variant == "imp" else ["initial.npz"]
        shared = ["../initial.npz", "../rewind.npz"] if variant == "imp" and not index else []
        network_folder.finish(folder, [
            "masks.npz", "weights.npz", "metrics.csv", *own, *shared], {
            "trial": trial, "unit": name, "variant": variant, "round": index, "density": density,
            "kept_weights": {key: int(mask.sum()) for key, mask in masks.items()},
            "prunable_weights": sum(mask.size for mask in masks.values()), "architecture": {},
            "start_step": 0, "steps": rows[-1].step, "diverged": diverged,
            "final_test_accuracy": rows[-1].values["test_accuracy"], "train_seconds": 1.0,
            "evaluate_seconds": 1.0, "made_from": MADE_FROM,
        })

    def finish(self, state="done"):
        """Writes run.json; the run's folder."""
        self.header |= {
            "state": state, "units": self.jobs, "trials": max(job[0] for job in self.jobs)}
        self.header["trial_seeds"] = [
            seeds.derive(self.header["seed"], "trial", trial)
            for trial in range(1, self.header["trials"] + 1)]
        if state == "done":
            folders = [self.paths.network(*job) for job in self.jobs]
            concatenate([each for each in folders if network_folder.is_done(each)],
                        self.paths.metrics)
            self.header["tables"] = {"metrics.csv": files.sha256(self.paths.metrics)}
        files.write_sealed_json(self.paths.run_json, self.header)
        return self.paths.root


def whole_run(run, trials=3, variants=("reinit", "remask"), state="done"):
    """Fills a `MadeUpRun` with every trial, round and variant; the run's folder."""
    for trial in range(1, trials + 1):
        for index in range(run.rounds + 1):
            run.network(trial, "imp", index, 1000 * trial + index)
        run.network(trial, "full", 0, 2000 * trial, gain=0.01)
        for place, variant in enumerate(("ticket", *variants)):
            for index in range(1, run.rounds + 1):
                run.network(trial, variant, index, 100_000 * trial + 100 * place + index,
                            gain=-0.004 * place)
    return run.finish(state)
