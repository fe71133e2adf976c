"""Weights of other runs as a source."""

import shutil

import numpy as np
import pytest

from lth_keras import files
from lth_keras.analysis import (
    WeightDistributions,
    run_measure,
)
from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.store import network_folder
from tests.analysis.small_runs import measured, model, stored
from tests.resealing import store_again


def test_a_network_of_a_few_weights_has_no_shape(tmp_path):
    few = {"a/kernel": np.zeros((6, 8), bool), "b/kernel": np.zeros((8, 3), bool)}
    few["a/kernel"][0] = few["b/kernel"][:, 0] = True
    layers = [(keras.layers.Dense, {"units": units, "name": name})
              for name, units in (("a", 8), ("b", 3))]
    run = stored(tmp_path, model((6,), *layers), (6,), few)
    assert WeightDistributions().pieces(run) == []
    with pytest.raises(RunError, match="has none of the networks that it asks for"):
        run_measure(WeightDistributions(), run, print)


@pytest.mark.ci  # It measures the run several times.
def test_other_runs_are_sources_and_round_0_starts_at_their_initial_weights(run, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(run.paths.root, other, ignore=shutil.ignore_patterns("analysis"))
    # As where k > 0: the rewind point is not the initialisation.
    rewind = files.read_npz(other / "trial_01" / "rewind.npz")
    store_again(other / "trial_01" / "rewind.npz",
                    {key: array**3 for key, array in rewind.items()})
    measure = WeightDistributions(networks=("round_00", "round_01"), others=(str(other),))
    _, table = measured(measure, run)
    starts = table[(table.trial == 1) & (table.when == "start")].groupby("unit").to_other_ks.max()
    assert starts["round_00"] == 0 and starts["round_01"] > 0.05
    lines = []
    run_measure(measure, run, lines.append)
    assert all("stored already" in line for line in lines)
    weights = files.read_npz(other / "trial_01" / "round_01" / "weights.npz")
    store_again(other / "trial_01" / "round_01" / "weights.npz",
                    {key: 2 * array for key, array in weights.items()})
    lines.clear()
    run_measure(measure, run, lines.append)
    assert [line for line in lines if "stored already" not in line] == [
        line for line in lines if "trial_01-round_01" in line]
    for folder in other.glob("trial_*/round_0[01]"):
        network_folder.begin(folder)
    with pytest.raises(ConfigurationError, match="has none of the networks round_00, round_01"):
        measure.check(run)


def test_the_sparsest_networks_shape_is_compared_with_other_runs(run, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(run.paths.root, other, ignore=shutil.ignore_patterns("analysis"))
    for folder in other.glob("trial_*/round_01"):
        weights = files.read_npz(folder / "weights.npz")
        store_again(folder / "weights.npz", {key: array**3 for key, array in weights.items()})
    _, table = measured(WeightDistributions(
        networks=("round_00", "round_01"), others=(str(other),), name="beside"), run)
    assert table.trial.nunique() == 2
    summary = files.read_json(run.paths.root / "analysis" / "beside" / "summary.json")
    assert "quantiles.png" in summary["figures"]
    # Both start alike; the third power has another shape.
    apart = [float(line.split("distance ")[1].split()[0]) for line in summary["statements"]
             if "shape in other" in line]
    assert len(apart) == 2 and apart[1] > apart[0]
