"""Early-bird tickets: where round 0 ends, that it is resumed exactly, what is refused."""

import pathlib
import types

import gin
import pandas as pd
import pytest

from lth_keras.analysis import AnalyzedRun, MaskDistances, run_measure
from lth_keras.commands import configuration
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment import EarlyBird, execute, prepare
from lth_keras.experiment.early_bird import check_early_bird
from lth_keras.pruning import PrunableWeight, RewindingSchedule
from lth_keras.store import network_folder
from lth_keras.store.masks_and_weights import read_drawn_masks
from lth_keras.store.verification import verify
from lth_keras.training.mask_watch import furthest
from tests import small_experiments
from tests.reporters import SilentReporter
from tests.stopped_runs import StopAt, contents

SMOKE = pathlib.Path(__file__).resolve().parents[2] / "gin" / "smoke" / "mnist_lt.gin"


def experiment(*bindings):
    gin.clear_config()
    return configuration.read([str(SMOKE)], (
        *small_experiments.SMALL, "Experiment.trials = 1", "RewindingSchedule.rounds = 1",
        "ROUNDS = (1,)", "IMP.duration = '30it'", "Experiment.duration = '30it'",
        "Experiment.evaluate_every = '4it'", "IMP.early_bird = @EarlyBird()",
        "EarlyBird.every = '5it'", "EarlyBird.window = 3",
        "Experiment.variants = [@full/Variant(), @ticket/Variant()]", *bindings))


def run(experiment, output, should_stop=None):
    prepared = prepare(experiment, output, checkpoint_seconds=0, should_stop=should_stop)
    execute(prepared, SilentReporter())
    return prepared


def test_round_0_ends_there_and_goes_on_exactly(tmp_path):
    stopping = experiment("EarlyBird.distance = 0.35")
    prepared = run(stopping, tmp_path / "whole")
    paths = prepared.context.paths
    facts, drawn = (read(paths.network(1, "round_00"))
                    for read in (network_folder.facts, read_drawn_masks))
    assert list(drawn) == [5, 10, 15] and facts["steps"] == 15
    assert facts["told"]["early_bird"] == {
        "found_at": 15, "window": 3, "distance": 0.35, "stops": True}
    # The others train as long as always, and the full network is none of round 0's.
    for name in ("round_01", "full", "ticket@01"):
        assert network_folder.facts(paths.network(1, name))["steps"] == 30
    assert network_folder.facts(paths.network(1, "full")).get("equal_to") is None
    assert verify(paths).findings == []
    for questions in (3, 8):
        folder = tmp_path / str(questions)
        with pytest.raises(RunError, match="stopped"):
            run(stopping, folder, StopAt(questions))
        assert contents(run(stopping, folder).context.paths) == contents(paths)


@pytest.mark.ci
def test_distances_by_epoch_are_a_measure(tmp_path):
    noting = experiment("EarlyBird.stops = False", "Experiment.variants = [@full/Variant()]")
    prepared = run(noting, tmp_path)
    paths = prepared.context.paths
    assert network_folder.facts(paths.network(1, "round_00"))["steps"] == 30
    assert network_folder.facts(paths.network(1, "full"))["equal_to"] == "round_00"
    drawn = read_drawn_masks(paths.network(1, "round_00"))
    analyzed = AnalyzedRun(prepared.context)
    MaskDistances().check(analyzed)
    table = pd.read_csv(run_measure(MaskDistances(), analyzed, lambda line: None) / "table.csv")
    assert list(table.step) == list(drawn) == [5, 10, 15, 20, 25, 30]
    last = [drawn[step] for step in (20, 25, 30)]
    assert table.window.iloc[-1] == pytest.approx(furthest(last, 8 * last[0].size))
    assert table.window.isna().sum() == 2


@pytest.mark.parametrize("make, message", [
    (lambda: EarlyBird(round=0), "EarlyBird.round is 0; expected a whole number, at least 1"),
    (lambda: EarlyBird(window=1), "EarlyBird.window is 1; expected a whole number, at least 2"),
    (lambda: EarlyBird(distance=0), "EarlyBird.distance is 0"),
    (lambda: EarlyBird(every="5"), "EarlyBird.every is '5'"),
    (lambda: EarlyBird(stops=1), "EarlyBird.stops is 1; expected True or False"),
])
def test_wrong_values_are_answered_in_a_line(make, message):
    with pytest.raises(ConfigurationError, match=message):
        make()


@pytest.mark.parametrize("bindings, message", [
    (("EarlyBird.round = 2",), "EarlyBird.round is 2 and RewindingSchedule.rounds is 1"),
    # Masks that keep 80 % differ in at most 40 % of their entries.
    (("EarlyBird.distance = 0.5",), "EarlyBird.distance is 0.5 and its round 1 keeps 80 % of"),
    (("EarlyBird.window = 7",), "EarlyBird compares 7 masks, one each 5it, and IMP.duration is 30"),
])
def test_what_does_not_fit_is_refused_before_training(bindings, message, tmp_path):
    with pytest.raises(ConfigurationError, match=message):
        prepare(experiment(*bindings), tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def bound(distance, rates, scope="layerwise", rate=0.5):
    """Checks an early bird on kernels of 900 and 100 weights, with these rates."""
    weights = (PrunableWeight("a/kernel", "a", (30, 30), "dense", False),
               PrunableWeight("b/kernel", "b", (10, 10), "dense", True))
    schedule = RewindingSchedule(1, rate, rates, scope)
    check_early_bird(types.SimpleNamespace(
        duration=1000, prunable=weights, context=types.SimpleNamespace(
            schedule=schedule, steps=lambda text: int(text[:-2]),
            experiment=types.SimpleNamespace(imp=types.SimpleNamespace(
                early_bird=EarlyBird(every="5it", distance=distance), schedule=schedule)))))


@pytest.mark.parametrize("distance, rates, scope, rate, said", [
    # A tenth of b's weights goes: two such masks differ in a fifth of b, whatever a has.
    (0.15, {"name:a": None, "output": 0.1}, "layerwise", 0.5, None),
    (0.25, {"name:a": None, "output": 0.1}, "layerwise", 0.5, r"keeps 90 % .* at most 0.2 of them"),
    # 450 of a's weights and none of b's stay or go at will.
    (0.95, {"output": None}, "layerwise", 0.5, None),
    (0.95, {"output": None}, "global", 0.5, None),
    (0.5, {"output": None}, "global", 0.8, r"keeps 20 % .* at most 0.4 of them"),
    # Layerwise, masks differ less than their common density says: 2·(90 + 45)/1000 and not 0.8.
    (0.3, {"name:a": 0.1, "output": 0.55}, "layerwise", 0.5, "at most 0.27 of them"),
    (0.1, {"dense": None, "output": None}, "layerwise", 0.5, "keeps 100 % .* at most 0 of them"),
])
def test_the_masks_that_are_compared_leave_out_what_is_never_pruned(
        distance, rates, scope, rate, said):
    if said is None:
        bound(distance, rates, scope, rate)
        return
    with pytest.raises(ConfigurationError, match=said):
        bound(distance, rates, scope, rate)
