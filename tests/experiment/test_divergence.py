"""A network that diverges: it is recorded or stops the run, also after a kill; the others are not
changed."""

import dataclasses
import pathlib

import gin
import numpy as np
import pytest

from lth_keras import files
from lth_keras.commands import configuration
from lth_keras.errors import RunError
from lth_keras.experiment import (
    FoundMask,
    KeepAll,
    RewoundWeights,
    TrainedWeights,
    Variant,
    execute,
    prepare,
    train_job,
)
from lth_keras.experiment.weight_rules import WeightRule
from lth_keras.rewinding import RewindPoint
from lth_keras.store import network_folder
from lth_keras.store.metrics import read_csv
from lth_keras.store.verification import verify
from tests import small_experiments
from tests.reporters import SilentReporter

ROOT = pathlib.Path(__file__).resolve().parents[2]
SMALL = (
    *small_experiments.SMALL,
    "Experiment.duration = '2ep'", "IMP.duration = '1ep'", "RewindingSchedule.rounds = 1",
    "Experiment.evaluate_every = '4it'", "ROUNDS = (1,)", "Experiment.trials = 2",
)
HEALTHY = ("ticket", "reinit")


@dataclasses.dataclass(frozen=True)
class Exploding(WeightRule):
    """θ_0 multiplied by 10^9, so that no loss is finite; or the given weights."""

    def point(self, job, masks):
        weights = job.initial().weights
        return RewindPoint(weights | {key: weights[key] * np.float32(1e30) for key in masks})


@pytest.fixture(scope="module")
def healthy():
    """An experiment of variants that all train well."""
    made = configuration.read([str(ROOT / "gin/smoke/mnist_lt.gin")], (
        *SMALL, f"Experiment.variants = [{', '.join(f'@{name}/Variant()' for name in HEALTHY)}]"))
    gin.clear_config()
    return made


@pytest.fixture(scope="module")
def data(healthy):
    return healthy.dataset.load(None)


def run(experiment, data, output, reporter=None):
    prepared = prepare(experiment, output, checkpoint_seconds=0, data=data)
    execute(prepared, reporter or SilentReporter())
    return prepared.context.paths


def ill(healthy, **changes):
    """The same, with variants that diverge placed before the others and between their trials."""
    first = (
        Variant("exploding", FoundMask(), Exploding(), rounds=(1,)),
        Variant("needy", FoundMask(), TrainedWeights("exploding", "set_back"), rounds=(1,)),
    )
    last = (Variant("exploding_too", KeepAll(), Exploding()),)
    variants = (*first, *healthy.variants, *last)
    return dataclasses.replace(healthy, **{"variants": variants, **changes})


def test_what_diverges_alters_no_byte_of_the_others(healthy, data, tmp_path):
    told = SilentReporter()
    without = run(healthy, data, tmp_path / "without")
    paths = run(ill(healthy), data, tmp_path / "with", told)
    for trial in (1, 2):
        for job in ("round_00", "round_01", *(f"{name}@01" for name in HEALTHY)):
            names = ["masks.npz", "weights.npz", "metrics.csv"]
            names += ["initial.npz"] if "@" in job else []
            for name in names:
                assert (paths.network(trial, job) / name).read_bytes() == (
                    without.network(trial, job) / name).read_bytes(), f"{trial}/{job}/{name}"
        for job in ("exploding@01", "exploding_too"):
            assert network_folder.facts(paths.network(trial, job))["diverged"] is True
        assert not paths.network(trial, "needy@01").exists()
    ours, theirs = (read_csv(each.metrics) for each in (paths, without))
    ours = ours[~ours["variant"].str.startswith("exploding")].reset_index(drop=True)
    assert ours.equals(theirs)
    # The summary's rows too: means and paired differences are equal digit for digit.
    assert set(without.summary.read_text().splitlines()) < set(
        paths.summary.read_text().splitlines())
    assert "trial 1 needy@01: left out: exploding@01 diverged" in told.lines
    # The other lines are the table of the layers, which a run prints first.
    assert sum("not finite" in line for line in told.lines) == 4
    assert verify(paths).findings == []


def test_stop_stops_the_same_command_each_time(healthy, data, tmp_path):
    experiment = ill(
        healthy, trials=1, on_divergence="stop", variants=ill(healthy).variants[::2])
    said = []
    for _ in range(2):
        with pytest.raises(RunError, match="trial 1 exploding@01 diverged at step .*'record'") as e:
            run(experiment, data, tmp_path)
        said.append(str(e.value))
    assert len(set(said)) == 1
    (root,) = tmp_path.iterdir()
    assert files.read_sealed_json(root / "run.json")["state"] == "failed"
    assert not (root / "trial_01" / "ticket@01").exists()
    paths = run(dataclasses.replace(experiment, on_divergence="record"), data, tmp_path)
    assert network_folder.is_done(paths.network(1, "ticket@01"))
    before = paths.run_json.read_bytes()
    with pytest.raises(RunError, match="exploding@01 diverged"):
        run(experiment, data, tmp_path)
    assert paths.run_json.read_bytes() == before


def test_a_kill_before_it_is_stored_does_not_let_it_train_on(healthy, data, tmp_path, monkeypatch):
    experiment = ill(healthy, trials=1, variants=ill(healthy).variants[:1])

    class Killed(BaseException):
        pass

    def killed(job, network):
        if job.label == "exploding":
            raise Killed
        return stored(job, network)

    stored = train_job.store_network
    monkeypatch.setattr(train_job, "store_network", killed)
    with pytest.raises(Killed):
        run(experiment, data, tmp_path)
    assert len(list(tmp_path.rglob("checkpoint.npz"))) == 1
    monkeypatch.undo()
    paths = run(experiment, data, tmp_path)
    facts = network_folder.facts(paths.network(1, "exploding@01"))
    # It is evaluated after four of 18 updates, and ends there, killed or not.
    assert (facts["diverged"], facts["steps"]) == (True, 4)
    assert len(read_csv(paths.network(1, "exploding@01") / "metrics.csv")) == 1


def test_divergence_before_the_rewind_point_leaves_out_what_rewinds(data, tmp_path):
    experiment = configuration.read([str(ROOT / "gin/smoke/mnist_lt.gin")], (
        *SMALL, "RewindingSchedule.rewind_to = '6it'",
        "Experiment.optimizer = @SGD()", "SGD.learning_rate = 1e30",
        "Experiment.variants = [@ticket/Variant(), @full/Variant()]"))
    # It needs round 0, and reads nothing of it but the rewind point.
    dense = Variant("dense_1", KeepAll(), RewoundWeights(), rounds=(), data_order="own")
    paths = run(dataclasses.replace(
        experiment, variants=(*experiment.variants, dense)), data, tmp_path)
    header = files.read_sealed_json(paths.run_json)
    assert header["state"] == "done"
    for trial in (1, 2):
        for name in ("round_00", "full"):
            facts = network_folder.facts(paths.network(trial, name))
            assert (facts["diverged"], facts["steps"]) == (True, 4)
        assert header["skipped"][f"{trial}/dense_1"] == "round_00 diverged before the rewind point"
    assert set(header["skipped"]) == {
        f"{trial}/{name}" for trial in (1, 2)
        for name in ("round_01", "ticket@01", "dense_1")}
    assert verify(paths).findings == []


def test_where_round_zero_diverges_all_that_needs_it_is_left_out(tmp_path):
    experiment = configuration.read([str(ROOT / "gin/smoke/mnist_lt.gin")], (
        *SMALL, "Experiment.trials = 1", "RewindingSchedule.rounds = 2", "ROUNDS = (2,)",
        "Experiment.variants = [@ticket/Variant(), @reinit/Variant()]",
        "Experiment.optimizer = @KerasOptimizer()", "KerasOptimizer.name = 'SGD'",
        "KerasOptimizer.arguments = {'learning_rate': 1e30}",
    ))
    reporter, prepared = SilentReporter(), prepare(experiment, tmp_path)
    execute(prepared, reporter)
    paths = prepared.context.paths
    metrics = read_csv(paths.metrics)
    assert np.isinf(metrics["train_loss"]).all() and set(metrics["variant"]) == {"imp"}
    header = files.read_sealed_json(paths.run_json)
    assert header["state"] == "done"
    assert header["skipped"]["1/round_01"] == "round_00 diverged"
    assert set(header["skipped"]) == {"1/round_01", "1/round_02", "1/ticket@02", "1/reinit@02"}
    assert any("not finite" in line for line in reporter.lines)
    assert verify(paths).findings == []
    assert files.read_sealed_json(paths.network(1, "round_00") / "done.json")["diverged"] is True
