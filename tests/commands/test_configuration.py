"""gin files and bindings become an `Experiment`."""

import pytest

from lth_keras.commands import configuration
from lth_keras.errors import ConfigurationError


def test_an_experiment_is_read_by_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    experiment = configuration.read(["smoke/mnist_lt"])
    assert (experiment.name, experiment.trials) == ("mnist_lt", 2)


def test_bindings_come_after_the_files():
    experiment = configuration.read(
        ["smoke/mnist_lt"], ["Experiment.trials = 3", "Dataset.validation = 0.25"])
    assert experiment.trials == 3 and experiment.dataset.validation == 0.25


@pytest.mark.parametrize("binding, said", [
    ("Experiment.trails = 3", "did you mean Experiment.trials?"),
    ("Experiment.trials = %TRIALS", "macro %TRIALS"),
])
def test_what_gin_cannot_bind_is_one_line(binding, said):
    with pytest.raises(ConfigurationError) as error:
        configuration.read(["smoke/mnist_lt"], [binding])
    assert said in str(error.value) and "\n" not in str(error.value)
