"""A stored run as analysis sees it."""


import numpy as np
import pytest

from lth_keras import files
from lth_keras.analysis import (
    Hessian,
    LevelDistances,
    Lines,
    SolutionLosses,
    WeightDistributions,
    run_measure,
)
from lth_keras.commands import analyze_command
from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.store import network_folder
from lth_keras.training.precision import building
from tests.analysis.small_runs import measured, model, stored


def test_more_examples_than_there_are_means_all(run):
    said, _ = measured(Hessian(networks=("round_{L}",), levels=(2,), positive=1), run)
    assert "over 3,600 of 3,600 train examples" in said
    said, _ = measured(Lines(pairs=(("round_00", "round_01"),), points=2, examples=999), run)
    assert "test are over 999 of 1,000 test examples" in said


def test_networks_by_name(root):
    run, _ = analyze_command.opened(root)
    projected = run.network(1, "round_01|round_02")
    whole, own = run.network(1, "round_01"), run.network(1, "round_02")
    for key, mask in own.masks.items():
        np.testing.assert_array_equal(projected.weights[key], whole.weights[key] * mask)
        np.testing.assert_array_equal(
            run.network(1, "round_02:start").weights[key],
            files.read_npz(root / "trial_01" / "rewind.npz")[key] * mask)
    other = run.network(1, "trial_02/round_02").weights
    assert any(not np.array_equal(other[key], own.weights[key]) for key in other)
    with pytest.raises(RunError, match="no finished network 'round_09'"):
        run.network(1, "round_09")
    with pytest.raises(ConfigurationError, match="names no network"):
        run.network(1, "../../etc")


def test_patterns_and_levels_leave_out_what_diverged(tmp_path):
    run = stored(tmp_path, model((4,), (keras.layers.Dense, {"units": 12, "name": "a"})), (4,))
    assert run.pruned_rounds(1) == [1]
    folder = run.paths.network(1, "round_01")
    files.write_npz(folder / "weights.npz", {
        key: array * np.float32("nan")
        for key, array in files.read_npz(folder / "weights.npz").items()})
    facts = network_folder.facts(folder)
    network_folder.finish(folder, list(facts.pop("files")), facts | {"diverged": True})
    assert run.diverged(1) == ["round_01"] and run.pruned_rounds(1) == []
    assert run.matching(1, ("round_*",)) == ["round_00"]
    assert run.matching(1, ("round_*",), with_diverged=True) == ["round_00", "round_01"]
    assert set(measured(SolutionLosses(), run)[1].unit) == {"round_00"}
    assert [each.references[0] for each in WeightDistributions().pieces(run)] == ["round_00"]
    with pytest.raises(RunError, match=r"it has round_00, round_01 \(diverged\)"):
        run_measure(LevelDistances(), run, lambda line: None)


def test_a_half_precision_run_is_analysed_in_float32(tmp_path):
    build = model((4,), (keras.layers.Dense, {"units": 3, "name": "a"}))
    run = stored(tmp_path, build, (4,))

    def built(precision="mixed_float16"):
        with building(precision):
            return build()

    run.context.build = built
    assert run.model({}).get_layer("a").compute_dtype == "float16"
    surface = run.surface()
    assert {layer.compute_dtype for layer in surface._model.layers} == {"float32"}
    surface.load(run.network(1, "round_01").weights)
    assert np.abs(surface.gradient()).max() > 0
