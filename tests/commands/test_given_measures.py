"""`analyze` takes measures: an experiment's file is refused by its text alone."""

import pathlib

import pytest

from lth_keras.commands.given_measures import check_measures
from lth_keras.errors import ConfigurationError

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["mnist_lt", "smoke/mnist_lt", "rivals_cifar10"])
def test_an_experiment_is_no_measure(name, tmp_path):
    file = ROOT / "gin" / f"{name}.gin"
    with pytest.raises(ConfigurationError) as refused:
        check_measures([file], tmp_path / "config.gin")
    assert f"--gin_file={file} is an experiment" in str(refused.value)
    assert str(refused.value).endswith("expected measures, such as gin/analysis/insights.gin")


def test_all_packaged_measures_are_taken(tmp_path):
    found = sorted((ROOT / "gin" / "analysis").glob("*.gin"))
    assert len(found) >= 7
    check_measures(found, tmp_path / "config.gin")


@pytest.mark.parametrize("text", [
    "Hessian.positive = 3", "Dataset.name = 'npz:moved.npz'",
    "Experiment.trials = 3\nAnalysis.measures = [@Hessian()]",
    "Experiment.initial_weights = 'model'", "import mine\nExperiment.model = @mine.network",
], ids=["a setting", "where data are", "with measures", "weights", "imports the run's module"])
def test_what_analyze_reads_is_taken(text, tmp_path):
    (tmp_path / "config.gin").write_text("import mine\n")
    (tmp_path / "given.gin").write_text(text)
    check_measures([tmp_path / "given.gin"], tmp_path / "config.gin")


@pytest.mark.parametrize("stored", ["", "= = =", "import lth_keras.data\n"])
def test_a_module_that_the_run_does_not_import_allows_nothing(stored, tmp_path):
    (tmp_path / "config.gin").write_text(stored)
    (tmp_path / "given.gin").write_text("import mine\na/Experiment.trials = 2")
    with pytest.raises(ConfigurationError, match="binds Experiment.trials"):
        check_measures([tmp_path / "given.gin"], tmp_path / "config.gin")
