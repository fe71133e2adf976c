"""An experiment that names the default task is the one that names none: byte for byte."""

import pathlib

import gin
import pytest

from lth_keras.commands.main import main

GIN = pathlib.Path(__file__).resolve().parents[2] / "gin"
SMALL = (
    "Experiment.trials = 1", "Experiment.duration = '4it'", "IMP.duration = '4it'",
    "RewindingSchedule.rounds = 1", "ROUNDS = (1,)", "Experiment.batch_size = 20",
    "Experiment.jit = False", "Experiment.evaluate_every = '2it'", "Dataset.name = 'mnist1d'",
    "Dataset.train_examples = 100", "Dataset.test_examples = 50", "Dataset.validation = 0.2",
    "Dataset.mean = 0.0", "Dataset.std = 1.0", "lenet_300_100.width = 0.05",
    "Experiment.variants = [@ticket/Variant()]",
)


def run_of(folder, *bindings):
    assert main([f"--gin_file={GIN}/smoke/mnist_lt.gin", f"--output_dir={folder}",
                 *(f"--gin_param={each}" for each in (*SMALL, *bindings))]) == 0
    gin.clear_config()
    root, = folder.glob("mnist_lt-*")
    return root


@pytest.mark.ci
@pytest.mark.usefixtures("undrawn")
def test_the_default_task_by_name_is_the_same_run(tmp_path):
    default = run_of(tmp_path / "default")
    named = run_of(tmp_path / "named", "Experiment.task = @Classification()")
    assert named.name == default.name  # The same identity.
    header = (default / "metrics.csv").read_text().splitlines()[0]
    assert header == ("trial,variant,round,density,step,epoch,train_loss,train_accuracy,val_loss,"
                      "val_accuracy,test_loss,test_accuracy")
    files = sorted(path.relative_to(default) for pattern in ("metrics.csv", "*.npz")
                   for path in default.rglob(pattern))
    assert len(files) >= 10
    for each in files:
        assert (named / each).read_bytes() == (default / each).read_bytes(), each
