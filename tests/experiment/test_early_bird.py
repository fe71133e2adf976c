"""Early-bird tickets: where round 0 ends, that it is resumed exactly, what is refused."""

import pathlib

import gin
import pandas as pd
import pytest

from lth_keras.analysis import AnalyzedRun, MaskDistances, run_measure
from lth_keras.commands import configuration
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment import EarlyBird, execute, prepare
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
