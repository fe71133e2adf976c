"""Bad input: exit status 2 and one clear line, before anything is trained or written."""

import pathlib

import pytest

from lth_keras.commands.main import main

ROOT = pathlib.Path(__file__).resolve().parents[2]
SMOKE = f"--gin_file={ROOT / 'gin' / 'smoke' / 'mnist_lt.gin'}"

MODEL_WITH_ODD_LAYER = """
import gin
from lth_keras.compat import keras


class Odd(keras.layers.Layer):
    def build(self, shape):
        self.matrix = self.add_weight("matrix", (shape[-1], 3))

    def call(self, inputs):
        return inputs @ self.matrix


@gin.configurable
def odd_network(input_shape, num_classes):
    inputs = keras.Input(input_shape)
    x = Odd(name="odd")(keras.layers.Flatten()(inputs))
    return keras.Model(inputs, keras.layers.Dense(num_classes)(x))
"""

CASES = {
    "no gin file": ([], "no experiment was named"),
    "missing file": (["--gin_file=gin/mnist_lt.gim"], "did you mean mnist_lt?"),
    "folder for a file": (["--gin_file=gin"], "--gin_file=gin is no file"),
    "misspelt parameter": (
        [SMOKE, "--gin_param=Experiment.trails = 1"], "did you mean Experiment.trials?"),
    "misspelt configurable": (
        [SMOKE, "--gin_param=Experimnt.trials = 1"], "did you mean Experiment?"),
    "misspelt reference": (
        [SMOKE, "--gin_param=Experiment.optimizer = @Adma()"], "did you mean Adam?"),
    "undefined macro": ([SMOKE, "--gin_param=Experiment.trials = %TRIALS"], "macro %TRIALS"),
    "misspelt scope": ([SMOKE, "--gin_param=tiket/Variant.duration = '1ep'"], "scope 'tiket'"),
    "syntax": ([SMOKE, "--gin_param=Experiment.trials = = 1"], "Experiment.trials = = 1"),
    "unknown data set": ([SMOKE, "--gin_param=Dataset.name = 'mnits'"], "mnits"),
    "unknown fallback": ([SMOKE, "--gin_param=Dataset.fallback = 'x'"], "Dataset.fallback is 'x'"),
    "rate of one": ([SMOKE, "--gin_param=RewindingSchedule.rate = 1.0"], "rate is 1.0"),
    "rate of nothing": ([SMOKE, "--gin_param=RewindingSchedule.rate = 0.0"], "rate is 0.0"),
    "rate below": ([SMOKE, "--gin_param=RewindingSchedule.rate = -0.2"], "rate is -0.2"),
    "rate of a kind": (
        [SMOKE, "--gin_param=RewindingSchedule.rates = {'output': 20}"], "'output'] is 20"),
    "unreached round": ([SMOKE, "--gin_param=ROUNDS = (2, 4)"], "has 4, but the schedule has"),
    "round zero": ([SMOKE, "--gin_param=ROUNDS = (0,)"], "has 0, but the schedule has"),
    "clipnorm of ours": ([SMOKE, "--gin_param=Adam.clipnorm = 1.0"], "clipnorm"),
    "clipnorm of Keras": (
        [SMOKE, "--gin_param=Experiment.optimizer = @KerasOptimizer()",
         "--gin_param=KerasOptimizer.name = 'Adam'",
         "--gin_param=KerasOptimizer.arguments = {'clipnorm': 1.0}"], "clipnorm=1.0"),
    "bare number": ([SMOKE, "--gin_param=Experiment.duration = 100"], "duration is 100"),
    "duration of another unit": (
        [SMOKE, "--gin_param=IMP.duration = '5 epochs'"], "IMP.duration is '5 epochs'"),
    "rewind beyond": (
        [SMOKE, "--gin_param=RewindingSchedule.rewind_to = '9ep'"], "rewind_to is 9ep"),
    "batch too large": (
        [SMOKE, "--gin_param=Experiment.batch_size = 9999"], "Experiment.batch_size is 9999 but"),
    "a class for an object": (
        [SMOKE, "--gin_param=Experiment.optimizer = @Adam"],
        "Experiment.optimizer is @Adam without brackets; expected an optimizer, with brackets, "
        "like @Adam()"),
    "model with brackets": (
        [SMOKE, "--gin_param=Experiment.model = @lenet_300_100()"], "lenet_300_100"),
    "unknown flag": ([SMOKE, "--gin_parm=x"], "gin_parm"),
    "flag without a value": ([SMOKE, "--gin_param"], "gin_param"),
    "stray argument": ([SMOKE, "--", "stray"], "'stray' was not expected"),
    "unknown command": (["trian", SMOKE], "no command 'trian'"),
    "no runs to list": (["list"], "is no folder"),
    "missing data_dir": (
        [SMOKE, "--gin_param=Dataset.name = 'mnist'", "--data_dir=nowhere"], "nowhere"),
}


@pytest.fixture
def refused(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def check(argv, expected):
        before = sorted(tmp_path.rglob("*"))
        command = [each for each in argv[:1] if not each.startswith("-")]
        assert main([*command, "--output_dir=runs", *argv[len(command):]]) == 2
        captured = capsys.readouterr()
        assert captured.err.endswith("\n") and captured.err.count("\n") == 1, captured.err
        assert captured.err.startswith("error: ") and expected in captured.err
        assert "Traceback" not in captured.err and captured.out == ""
        assert sorted(tmp_path.rglob("*")) == before

    return check


@pytest.mark.parametrize("case", CASES)
def test_refused(refused, case):
    refused(*CASES[case])


def test_a_layer_that_tfmot_cannot_prune(refused, tmp_path, monkeypatch):
    (tmp_path / "odd_model_of_a_user.py").write_text(MODEL_WITH_ODD_LAYER)
    (tmp_path / "odd.gin").write_text(
        f"import odd_model_of_a_user\ninclude '{SMOKE.split('=')[1]}'\n"
        "Experiment.model = @odd_network\nExperiment.variants = []\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    refused(["--gin_file=odd.gin"], "layer 'odd' (Odd) has weights that TFMOT cannot prune")


@pytest.mark.parametrize("argv", [["--help"], ["list", "--help"], [SMOKE, "-h"]])
def test_help_is_no_error(capsys, argv):
    assert main(argv) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("usage: python run.py") and captured.err == ""
