"""Networks trained once more: how far they end from the stored ones."""

import shutil

import numpy as np
import pytest

from lth_keras import files
from lth_keras.analysis import (
    GradientFlow,
    Landscape,
    LossCurves,
    retrain,
)
from lth_keras.commands import analyze_command
from lth_keras.compat import tf
from lth_keras.errors import RunError
from tests.analysis.small_runs import measured
from tests.resealing import store_again


@pytest.fixture
def moved(run):
    """Adds a number to the trained weights of round 2 of trial 1; restores them afterwards."""
    path = run.paths.network(1, "round_02") / "weights.npz"
    before = files.read_npz(path)

    def add(amount):
        weights = files.read_npz(path)
        weights["output/bias"] = weights["output/bias"] + np.float32(amount)
        store_again(path, weights)

    yield add
    store_again(path, before)


@pytest.mark.parametrize("measure", [
    LossCurves(levels=(2,), every_epochs=2),
    GradientFlow(networks=("round_02",), at=("0ep", "2ep"), jacobians=2),
    # More networks to mark than there are colours.
    Landscape(points=2, path_of="round_02", path_points=2, networks=("round_02",) * 10),
], ids=lambda each: each.name)
def test_repeated_paths_say_how_far_they_end_from_what_is_stored(run, moved, measure):
    def again():
        shutil.rmtree(run.paths.root / "analysis", ignore_errors=True)
        return measured(measure, run)

    said, table = again()
    assert "end exactly where the stored ones do" in said and "NOT" not in said
    assert table[retrain.COLUMN].max() == 0
    assert "over 3,600 of 3,600 train examples" in said
    moved(2e-4)
    said, table = again()
    assert "do NOT end exactly" in said and "differ by up to 0.0002" in said
    moved(1e-2)
    with pytest.raises(RunError, match="ends 0.0102 from the stored .* another machine, other ver"):
        again()


def test_paths_are_trained_with_tensor_float_32_as_the_run_was(run, monkeypatch):
    trainer, seen = run.context.trainer(), []
    enabled = tf.config.experimental.tensor_float_32_execution_enabled
    plain = trainer.train
    monkeypatch.setattr(
        trainer, "train", lambda *arguments: seen.append(enabled()) or plain(*arguments))
    tf.config.experimental.enable_tensor_float_32_execution(False)
    retrain.again(run, 1, "round_02", [1])
    assert seen == [True] and not enabled()


@pytest.mark.parametrize("told", [
    {"pruned": "initial"}, {"told": {"mean_kept": {"output/kernel": 3.0}}}])
def test_what_was_not_trained_as_weights_under_a_mask_is_said_to_be_so(run, monkeypatch, told):
    facts = run.facts(1, "round_02") | told
    monkeypatch.setattr(run, "facts", lambda trial, name: facts)
    with pytest.raises(RunError, match="frozen .* cannot be trained again: leave it out"):
        retrain.again(run, 1, "round_02", [1])


def test_differences_of_networks_that_diverged():
    broken = {"a": np.array([1.0, np.nan, np.inf])}
    assert retrain.furthest(broken, broken) == 0
    assert retrain.furthest({"a": np.ones(3)}, broken) == np.inf
    assert retrain.furthest(broken, {"a": np.array([0.5, np.nan, np.inf])}) == 0.5


def test_a_path_that_ends_before_the_network_was_not_compared(run):
    said, _ = measured(GradientFlow(
        networks=("round_02",), at=("1ep",), jacobians=2, examples=10, name="part"), run)
    assert "not compared with what is stored" in said


def test_a_variant_with_its_own_order_is_trained_again_exactly(root):
    run, _ = analyze_command.opened(root)
    steps = run.facts(1, "ticket_2@02")["steps"]
    _, difference = retrain.again(run, 1, "ticket_2@02", [0, steps])
    assert difference == 0
