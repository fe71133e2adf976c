"""Early-bird masks: distances by hand, where training ends, and that it is resumed exactly."""

import pathlib

import gin
import numpy as np
import pandas as pd
import pytest

from lth_keras.analysis import AnalyzedRun, MaskDistances, run_measure
from lth_keras.commands import configuration
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment import EarlyBird, execute, prepare
from lth_keras.store import network_folder
from lth_keras.store.network_reader import read_drawn_masks
from lth_keras.store.verification import verify
from lth_keras.training import MaskWatch
from lth_keras.training.mask_watch import difference, furthest
from tests import small_experiments
from tests.experiment.test_durability import StopAt, contents
from tests.reporters import SilentReporter

SMOKE = pathlib.Path(__file__).resolve().parents[2] / "gin" / "smoke" / "mnist_lt.gin"


def bits(text):
    return np.packbits([int(each) for each in text])


def watch(**changes):
    return MaskWatch(**{
        "every": 5, "counts": None, "total": 3, "competing": ("a", "b"), "least": 0, "window": 3,
        "distance": 0.3, "stops": True, "not_before": 0, **changes})


def test_distances_by_hand():
    one, other = bits("11001010"), bits("10001110")
    assert difference(one, other) == 2 and difference(one, one) == 0
    assert furthest([one, other, one], 8) == 0.25


def test_a_mask_is_by_magnitude_layerwise_or_over_all():
    weights = {"a": np.array([[3.0, -1.0], [0.5, 4.0]]), "b": np.array([0.1, -5, 2, 0.2]), "c": 9}
    np.testing.assert_array_equal(watch().draw(weights), bits("1001" "0100"))
    np.testing.assert_array_equal(
        watch(counts={"a": 1, "b": 2}).draw(weights), bits("0001" "0110"))
    np.testing.assert_array_equal(watch(least=2, total=4).draw(weights), bits("1001" "0110"))


def test_it_ends_where_all_of_the_window_are_alike():
    far, near = bits("11110000"), bits("11111000")
    drawn = {5: bits("00001111"), 10: far, 15: near}
    assert not watch().ends_at(drawn) and watch().found(drawn) is None
    drawn[20] = far
    assert watch().ends_at(drawn) and watch().found(drawn) == 20
    assert not watch(stops=False).ends_at(drawn)
    assert not watch(not_before=21).ends_at(drawn)
    assert not watch(distance=0.125).ends_at(drawn)  # It has to be below.
    assert watch().next_after(4) == 5 and watch().next_after(5) == 10


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
    stopping = experiment("EarlyBird.distance = 0.5")
    prepared = run(stopping, tmp_path / "whole")
    paths = prepared.context.paths
    facts, drawn = (read(paths.network(1, "round_00"))
                    for read in (network_folder.facts, read_drawn_masks))
    assert list(drawn) == [5, 10, 15] and facts["steps"] == 15
    assert facts["told"]["early_bird"] == {
        "found_at": 15, "window": 3, "distance": 0.5, "stops": True}
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
    (("EarlyBird.window = 7",), "EarlyBird compares 7 masks, one each 5it, and IMP.duration is 30"),
])
def test_what_does_not_fit_is_refused_before_training(bindings, message, tmp_path):
    with pytest.raises(ConfigurationError, match=message):
        prepare(experiment(*bindings), tmp_path / "runs")
    assert not (tmp_path / "runs").exists()
