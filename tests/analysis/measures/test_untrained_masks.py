"""Masks on weights that were never trained, against NumPy and a plain Keras model."""

import types

import numpy as np
import pandas as pd
import pytest

from lth_keras import compat, criteria, files
from lth_keras.analysis import UntrainedMasks
from lth_keras.analysis.measures import untrained_masks
from lth_keras.criteria import Magnitude
from lth_keras.errors import ConfigurationError
from lth_keras.export import stored_network
from lth_keras.figures import style
from tests.analysis.small_runs import measured


def largest(values, count):
    """A mask of the `count` largest magnitudes; none of them are equal here."""
    mask = np.zeros(values.size, bool)
    mask[np.argsort(np.abs(values).ravel())[values.size - count:]] = True
    return mask.reshape(values.shape)


def test_each_kind_of_weights_and_each_fate_of_the_pruned_ones(run):
    trial = run.paths.root / "trial_01"
    initial = files.read_npz(trial / "initial.npz")
    trained = files.read_npz(trial / "round_00" / "weights.npz")
    counts = {key: int(mask.sum())
              for key, mask in files.read_npz(trial / "round_01" / "masks.npz").items()}
    masks = {key: largest(trained[key], count) for key, count in counts.items()}
    constant = {key: np.sign(initial[key]) * initial[key].std(dtype=np.float64) for key in masks}
    wanted = {
        ("initial", "zero"): {key: initial[key] * mask for key, mask in masks.items()},
        ("constant", "zero"): {key: constant[key] * mask for key, mask in masks.items()},
        ("constant", "initial"): {
            key: np.where(mask, constant[key], initial[key]) for key, mask in masks.items()},
    }
    said, table = measured(UntrainedMasks(criteria=(Magnitude(),), levels=(1,)), run)
    assert said.startswith("the best mask alone, chosen on the test set, is Magnitude() at level 1")
    rows = table[table["trial"] == 1].set_index(["weights", "pruned"])
    assert set(rows.index) == set(wanted)
    network = stored_network.find(run.paths.root, 1, "round_00")
    first, end = run.data.splits["test"]
    images, labels = run.data.normalize(run.data.images[first:end]), run.data.labels[first:end]
    for kind, kernels in wanted.items():
        model = stored_network.build(network.config, initial | {
            key: each.astype(np.float32) for key, each in kernels.items()})
        logits = model.predict(images, verbose=0)
        assert rows.loc[kind, "test_accuracy"] == pytest.approx(
            (logits.argmax(-1) == labels).mean(), abs=1e-6)


def test_the_figure_has_a_panel_for_each_kind_of_weights_and_a_line_for_each_criterion():
    kinds = ("initial", "zero"), ("constant", "zero"), ("constant", "initial")
    rows = [{"trial": trial, "density": density, "criterion": criterion, "weights": weights,
             "pruned": pruned, "test_accuracy": 0.1 * trial}
            for trial in (1, 2) for density in (0.5, 0.25) for criterion in ("A()", "B()")
            for weights, pruned in kinds]
    with style.settings():
        figure = untrained_masks._draw(
            pd.DataFrame(rows), "test_accuracy", types.SimpleNamespace(title="mnist"))
    assert [panel.get_title() for panel in figure.axes] == [
        f"{weights} weights, pruned at {pruned}" for weights, pruned in kinds]
    for panel in figure.axes:
        assert [line.get_label() for line in panel.lines] == ["A()", "B()"]
        assert panel.lines[0].get_xdata().tolist() == [25.0, 50.0]
        assert panel.lines[0].get_ydata() == pytest.approx([0.15, 0.15])


def test_weights_in_groups_are_refused(run, monkeypatch):
    monkeypatch.setattr(type(run.context.grouping), "counts_weights", False)
    with pytest.raises(ConfigurationError, match="ranks single weights"):
        UntrainedMasks(levels=(1,)).check(run)


def test_criteria_are_checked_before_anything_is_measured(run, monkeypatch):
    with pytest.raises(ConfigurationError, match="SNIP.examples is 999999"):
        UntrainedMasks(criteria=(Magnitude(), criteria.SNIP(examples=999999))).check(run)
    layers = compat.keras.layers
    monkeypatch.setattr(run.context, "plain", compat.keras.Sequential(
        [layers.Input((4,)), layers.Embedding(5, 2)]))
    with pytest.raises(ConfigurationError, match="SynFlow sends an input of ones"):
        UntrainedMasks(criteria=(criteria.SynFlow(),)).check(run)
