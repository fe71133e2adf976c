"""Settings that change where the data were replaced by the fallback."""

import dataclasses
import json

import gin
import pytest

from lth_keras.commands import configuration
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
    prepared = prepare(experiment_of(), tmp_path / "runs")
    assert prepared.experiment.batch_size == 64 and prepared.experiment.trials == 3
    # 55 on MNIST: 57,000 training images in batches of 1,024.
    assert prepared.context.steps_per_epoch == 59
    assert prepared.fallback_changes == {"batch_size": (1024, 64), "trials": (5, 3)}
    assert len({job.trial for job in prepared.jobs}) == 3
    assert prepared.configuration["batch_size"] == 64
    warning = fallback_warning(prepared.data, fallback.as_text(prepared.fallback_changes))
    assert "*** settings:  batch_size 64 instead of 1024, trials 3 instead of 5" in warning


def test_the_data_that_were_asked_for_change_nothing(no_data, tmp_path):
    names = ("Dataset.name = 'mnist_5k'", "Experiment.batch_size = 64")
    asked = prepare(experiment_of(*names), tmp_path / "runs")
    assert asked.experiment.trials == 5 and asked.fallback_changes == {}
    # `on_fallback` is not a part of a run's identity unless the fallback is used.
    other = prepare(experiment_of(*names, "Experiment.on_fallback = {}"), tmp_path / "runs")
    assert asked.run == other.run and "on_fallback" not in json.dumps(asked.configuration)


@pytest.mark.parametrize("changes, expected", [
    ("{'batch': 64}", "on_fallback has 'batch'"), ("64", "on_fallback is 64"),
    ("{'seed': 1}", "on_fallback has 'seed'"),
])
def test_wrong_changes_are_refused(changes, expected):
    with pytest.raises(ConfigurationError, match=expected):
        experiment_of(f"Experiment.on_fallback = {changes}")


def test_a_wrong_value_is_refused_when_it_is_used(no_data, tmp_path):
    wrong = dataclasses.replace(experiment_of(), on_fallback={"batch_size": 0})
    with pytest.raises(ConfigurationError, match="batch_size is 0"):
        prepare(wrong, tmp_path / "runs")
    assert not (tmp_path / "runs").exists()
