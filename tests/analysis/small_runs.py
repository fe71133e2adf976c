"""Helpers for tests of measures: runs of tiny networks, and the results of a measure."""

import json
import types

import numpy as np
import pandas as pd

from lth_keras import files
from lth_keras.analysis import AnalyzedRun, run_measure
from lth_keras.compat import keras
from lth_keras.data import from_arrays
from lth_keras.paths import RunPaths
from lth_keras.variables import named_variables, snapshot
from tests.finished_networks import finish

MEAN, STD = 0.5, 2.0

PAIRS = {"dense": ("dense_1", "dense_2")}


def measured(measure, run):
    """(statements, table) of a measure's results."""
    folder = run_measure(measure, run, lambda line: None)
    said = json.loads((folder / "summary.json").read_text())["statements"]
    return "\n".join(said), pd.read_csv(folder / "table.csv")


def table(measure, run):
    """The table of a measure's results."""
    return pd.read_csv(run_measure(measure, run, lambda line: None) / "table.csv")


def stored(root, build, shape, masks=None, seeds=(1, 2)):
    """An `AnalyzedRun` of rounds 0 and 1, its weights drawn at random, on 50 examples."""
    generator = np.random.default_rng(0)
    images = generator.standard_normal((50, *shape)).astype(np.float32)
    labels = np.arange(50) % 3
    data = from_arrays(images, labels, images[:20], labels[:20], mean=MEAN, std=STD)
    paths, masks = RunPaths(root), masks or {}
    for index, seed in enumerate(seeds):
        generator = np.random.default_rng(seed)
        weights = {
            key: np.abs(drawn) + 0.1 if "variance" in key else drawn
            for key, array in snapshot(named_variables(build())).items()
            for drawn in [generator.standard_normal(array.shape).astype(np.float32)]}
        kept = {key: masks.get(key, np.ones(array.shape, bool))
                for key, array in weights.items() if key.endswith("kernel")}
        folder = paths.network(1, f"round_{index:02d}")
        for name, arrays in (("weights.npz", weights), ("masks.npz", kept)):
            files.write_npz(folder / name, arrays)
    for place in (paths.initial(1), paths.rewind(1)):
        files.write_npz(place, weights)
    for index in range(len(seeds)):
        finish(paths.network(1, f"round_{index:02d}"), steps=4)
    context = types.SimpleNamespace(
        paths=paths, data=data, build=lambda precision=None: build(), prunable=[],
        steps_per_epoch=2,
        experiment=types.SimpleNamespace(trials=1), schedule=types.SimpleNamespace(rounds=1),
        steps=lambda text: int(text.removesuffix("it")))
    return AnalyzedRun(context)


def model(shape, *layers):
    """A function that builds a Keras model of these layers' classes and settings."""
    def build():
        inputs = x = keras.Input(shape)
        for kind, settings in layers:
            x = kind(**settings)(x)
        return keras.Model(inputs, x, name="small")
    return build


def inputs(run):
    """Training examples as the network sees them, [n, …] in float64, and their labels."""
    images, labels, _ = run.examples("train")
    return (images.astype(float) - MEAN) / STD, labels
