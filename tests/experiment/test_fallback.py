"""Settings that change where the data were replaced by the fallback."""

import dataclasses
import json

import gin
import pytest

from lth_keras.commands import configuration
from lth_keras.commands import main as commands
from lth_keras.data import fallback_warning
from lth_keras.errors import ConfigurationError
from lth_keras.experiment import fallback
from lth_keras.experiment.prepare import prepare

SMALL = ("Experiment.duration = '1ep'", "RewindingSchedule.rounds = 1", "ROUNDS = (1,)",
         "Experiment.jit = False")


def experiment_of(*bindings):
    gin.clear_config()  # Parsing locks gin's configuration.
    return configuration.read(["mnist_lt"], [*SMALL, *bindings])


@pytest.fixture
def no_data(monkeypatch, tmp_path):
    """No prepared MNIST, and no network to download it."""
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("lth_keras.data.connectivity.connects", lambda host, port: False)


def test_the_main_job_keeps_the_number_of_updates_and_not_the_batch(no_data, tmp_path):
    asked = experiment_of("Experiment.duration = '100ep'")
    prepared = prepare(asked, tmp_path / "runs")
    assert prepared.experiment.batch_size == 32 and prepared.experiment.trials == 5
    # 5,500 on MNIST: 100 epochs of 55 batches of 1,024 of its 57,000 training images.
    assert 5_500 < 50 * prepared.context.steps_per_epoch < 6_000
    changes = {"batch_size": (1024, 32), "duration": ("100ep", "50ep")}
    assert prepared.fallback_changes == changes
    assert prepared.configuration["batch_size"] == 32
    warning = fallback_warning(prepared.data, fallback.as_text(prepared.fallback_changes))
    assert "*** settings:  batch_size 32 instead of 1024, duration 50ep instead of 100ep" in warning


def test_the_data_that_were_asked_for_change_nothing(no_data, tmp_path):
    names = ("Dataset.name = 'mnist_5k'", "Experiment.batch_size = 64")
    asked = prepare(experiment_of(*names), tmp_path / "runs")
    assert asked.experiment.trials == 5 and asked.fallback_changes == {}
    # `on_fallback` is not a part of a run's identity unless the fallback is used.
    other = prepare(experiment_of(*names, "Experiment.on_fallback = {}"), tmp_path / "runs")
    assert asked.run == other.run and "on_fallback" not in json.dumps(asked.configuration)


def test_a_run_on_the_fallback_is_analyzed(no_data, monkeypatch, tmp_path):
    bindings = (*SMALL, "IMP.duration = '1ep'", "Experiment.variants = [@ticket/Variant()]",
                "Experiment.on_fallback = {'batch_size': 900, 'trials': 1}",
                # The fallback has pictures of one size; what was asked for may have another.
                "Dataset.image_size = (28, 28)")
    assert commands.main(["--gin_file=mnist_lt", f"--output_dir={tmp_path / 'runs'}",
                          *(f"--gin_param={each}" for each in bindings)]) == 0
    [root] = (tmp_path / "runs").iterdir()
    # Whether MNIST is there by now or not: the run's own data are read, and no others.
    monkeypatch.setattr("lth_keras.data.dataset.raw_data", None)
    gin.clear_config()
    assert commands.main(["analyze", str(root), "--only=level_distances"]) == 0
    assert (root / "analysis" / "level_distances" / "summary.csv").is_file()


@pytest.mark.parametrize("changes, expected", [
    ("{'batch': 64}", "on_fallback has 'batch'"), ("64", "on_fallback is 64"),
    ("{'seed': 1}", "on_fallback has 'seed'"),
    ("{'controls_at': 10}", "'controls_at' of Experiment.on_fallback is 10; expected 'all_rounds'"),
])
def test_wrong_changes_are_refused(changes, expected):
    with pytest.raises(ConfigurationError, match=expected):
        experiment_of(f"Experiment.on_fallback = {changes}")


CONTROLS = "Experiment.on_fallback = {'controls_at': 'last_round'}"


def names_of(prepared):
    return {job.name for job in prepared.jobs if not job.name.startswith("round_")}


def test_controls_may_be_trained_at_the_last_round_alone(no_data, tmp_path):
    two = ("Experiment.trials = 1", "RewindingSchedule.rounds = 2", "ROUNDS = (1, 2)")
    every = prepare(experiment_of(*two, "Experiment.on_fallback = {}"), tmp_path / "runs")
    last = prepare(experiment_of(*two, CONTROLS), tmp_path / "runs")
    controls = {"reinit", "random_reinit", "remask", "dense_matched"}
    assert names_of(every) - names_of(last) == {f"{name}@01" for name in controls}
    assert names_of(last) == {
        "full", "ticket@01", "ticket@02", *(f"{name}@02" for name in controls)}
    assert last.fallback_changes == {"controls_at": ("all_rounds", "last_round")}
    assert last.run != every.run
    # The rounds are another part of the name only where they differ.
    once = (*two[:2], "ROUNDS = (2,)")
    assert prepare(experiment_of(*once, CONTROLS), tmp_path / "runs").fallback_changes == {}


def test_a_chain_keeps_its_rounds(no_data, tmp_path):
    chain = prepare(experiment_of(
        "Experiment.variants = [@fine_tune/Variant(), @reinit/Variant()]", "ROUNDS = (1, 2)",
        "RewindingSchedule.rounds = 2", CONTROLS), tmp_path / "runs")
    assert names_of(chain) == {"fine_tune@01", "fine_tune@02", "reinit@02"}


def test_a_control_that_another_network_starts_from_is_kept(no_data, tmp_path):
    going_on = prepare(experiment_of(
        "later/TrainedWeights.of = 'reinit'", "later/Variant.mask = @FoundMask()",
        "later/TrainedWeights.schedule = 'set_back'",
        "later/Variant.weights = @later/TrainedWeights()", "later/Variant.rounds = (1,)",
        "Experiment.variants = [@later/Variant(), @reinit/Variant()]", "ROUNDS = (1, 2, 3)",
        "RewindingSchedule.rounds = 3", CONTROLS), tmp_path / "runs")
    assert names_of(going_on) == {"later@01", "reinit@01", "reinit@03"}


def test_a_wrong_value_is_refused_when_it_is_used(no_data, tmp_path):
    wrong = dataclasses.replace(experiment_of(), on_fallback={"batch_size": 0})
    with pytest.raises(ConfigurationError, match="batch_size is 0"):
        prepare(wrong, tmp_path / "runs")
    assert not (tmp_path / "runs").exists()
