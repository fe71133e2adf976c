"""`run.py analyze`: every measure, what is stored, bad input."""

import json

import gin
import numpy as np
import pandas as pd
import pytest

from lth_keras.analysis import (
    retrain,
)
from lth_keras.commands import analyze_command, stored_config
from lth_keras.commands import main as commands
from lth_keras.errors import ConfigurationError

LONG = "[@SolutionLosses(), @GradientFlow()]\nSolutionLosses.name = 'never'"


@pytest.mark.parametrize("binding, said", [
    ("Adam.learning_rate = 0.5", "was trained with optimizer.learning_rate = 0.0012, and now it"),
    ("Experiment.duration = '1ep'", "was trained with duration = '2ep', and now it is '1ep'"),
    ("Experiment.precision = 'mixed_bfloat16'", "was trained with precision = 'float32', and now"),
    ("Experiment.variants = ()", "was trained with variants = [{"),
    (f"Analysis.measures = {LONG}\nGradientFlow.at = ('9ep',)", "GradientFlow.at has '9ep'"),
])
def test_another_setup_is_refused_before_anything_is_measured(lmc_root, capsys, binding, said):
    assert commands.main(
        ["analyze", str(lmc_root), *(f"--gin_param={each}" for each in binding.split("\n"))]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert not (lmc_root / "analysis" / "never").exists()


@pytest.mark.parametrize("change", [
    {"optimizer": {"class": "Adam", "l2": 0.1}}, {"augmentation": {"function": "crop"}},
    {"variants": [{"name": "ticket", "duration": "2ep"}]}, {"evaluation_batch_size": 2},
    {"seed": 1}, {"jit": True}, {"precision": "mixed_float16"},
])
def test_all_of_the_configuration_counts(change):
    known = {
        "optimizer": {"class": "Adam", "l2": 0.0}, "augmentation": None, "seed": 0, "jit": False,
        "variants": [{"name": "ticket", "duration": "1ep"}], "evaluation_batch_size": 1}
    header = {"configuration": known}
    # Tuples become lists in JSON: no difference.
    stored_config.check_configuration(
        {**known, "variants": ({"name": "ticket", "duration": "1ep"},)}, header, "RUN")
    with pytest.raises(ConfigurationError, match=f"trained with {next(iter(change))}"):
        stored_config.check_configuration(known | change, header, "RUN")


def test_a_column_of_networks_is_called_so_on_the_terminal_alone():
    own = "# m\n\n- said\n\n| ours | layer |\n| --- | --- |\n| ours | all |\n"
    assert analyze_command._in_words(f"{own}\n![figure](figure.png)\n") == own.rstrip().replace(
        "| ours | layer", "| network | layer")
    for columns in ("| ours | theirs | z |", "| ours | network | z |"):
        assert analyze_command._in_words(columns) == columns


EVERYTHING = """
Analysis.measures = [
    @SolutionLosses(), @LevelDistances(), @LossCurves(), @Hessian(), @Lines(), @random/Landscape(),
    @plane/Landscape(), @hessian/Landscape(), @MaskOverlap(), @WeightDistributions(),
    @GradientFlow(), @UntrainedMasks(),
]
UntrainedMasks.levels = (2,)
LossCurves.levels = (2,)
LossCurves.examples = 300
Hessian.examples = 300
Hessian.positive = 3
Hessian.negative = 1
Hessian.trace_samples = 2
Hessian.density_samples = 1
Hessian.density_steps = 5
Lines.points = 3
Lines.examples = 200
GradientFlow.networks = ('round_*',)
GradientFlow.at = ('0ep', '1ep')
GradientFlow.examples = 200
GradientFlow.jacobians = 5
Landscape.points = 4
Landscape.examples = 200
Landscape.batch_size = 200
random/Landscape.name = 'landscape_random'
plane/Landscape.name = 'landscape_plane'
plane/Landscape.kind = 'plane'
plane/Landscape.networks = ('rewind|round_02', 'round_01|round_02', 'round_02')
plane/Landscape.path_of = 'round_02'
hessian/Landscape.name = 'landscape_hessian'
hessian/Landscape.kind = 'hessian'
"""
MEASURED = {
    "gradient_flow", "hessian", "landscape_hessian", "landscape_plane", "landscape_random",
    "level_distances", "lines", "loss_curves", "mask_overlap", "solution_losses",
    "untrained_masks", "weight_distributions",
}


@pytest.fixture
def everything(tmp_path):
    path = tmp_path / "everything.gin"
    path.write_text(EVERYTHING)
    return str(path)


@pytest.mark.ci  # Each measure has tests of its own.
def test_every_measure_leaves_tables_figures_and_a_summary(lmc_root, everything):
    assert commands.main(["analyze", str(lmc_root), f"--gin_file={everything}"]) == 0
    measured = {path.parent.name for path in (lmc_root / "analysis").glob("*/summary.json")}
    assert MEASURED <= measured  # Another test may have measured more in the same run.
    for name in MEASURED:
        folder = lmc_root / "analysis" / name
        summary = json.loads((folder / "summary.json").read_text())
        assert summary["statements"] and "mnist1d" in summary["title"]
        assert summary["question"].endswith(("?", "."))
        assert set(summary["captions"]) == {
            name.removesuffix(".png") for name in summary["figures"] if name.endswith(".png")}
        for name in [*summary["figures"], *summary["tables"]]:
            assert (folder / name).stat().st_size > 50
        assert len(summary["pieces"]) == len(list(folder.glob("*/done.json")))

    lines = json.loads((lmc_root / "analysis" / "lines" / "summary.json").read_text())
    assert lines["captions"]["line_2"].startswith("From one end of the line")
    table = pd.read_csv(lmc_root / "analysis" / "hessian" / "table.csv")
    assert table[table.end == "positive"].groupby(["trial", "network"]).size().eq(3).all()
    # Level L−1's path on L's mask starts where level L starts: at the masked rewind point.
    curves = pd.read_csv(lmc_root / "analysis" / "loss_curves" / "table.csv")
    starts = curves[curves.step == 0].groupby(["trial", "curve"]).train_loss.first().unstack()
    np.testing.assert_allclose(starts.projected, starts.new, rtol=1e-6)
    repeated = curves[curves.curve != "continued"]
    assert repeated[retrain.COLUMN].eq(0).all()
    # The loss that the run recorded for the same network on the same split.
    losses = pd.read_csv(lmc_root / "analysis" / "solution_losses" / "table.csv")
    metrics = pd.read_csv(lmc_root / "metrics.csv")
    last = metrics[(metrics.trial == 1) & (metrics.variant == "imp")].groupby("round").last()
    ours = losses[(losses.trial == 1) & losses.unit.str.startswith("round_")].set_index("round")
    np.testing.assert_allclose(ours.test_loss, last.test_loss, rtol=1e-4)


def test_what_is_stored_is_not_measured_again(lmc_root, everything, capsys):
    arguments = ["analyze", str(lmc_root), f"--gin_file={everything}", "--only=level_distances"]
    assert commands.main(arguments) == 0
    places = sorted((lmc_root / "analysis" / "level_distances").glob("*/done.json"))
    before = [path.stat().st_mtime_ns for path in places]
    places[0].unlink()
    capsys.readouterr()
    gin.clear_config()
    assert commands.main(arguments) == 0
    said = capsys.readouterr().out
    assert said.count("stored already") == len(places) - 1
    assert [path.stat().st_mtime_ns for path in places[1:]] == before[1:]
    assert places[0].is_file()


def test_other_settings_need_another_name(lmc_root, everything, capsys):
    arguments = ["analyze", str(lmc_root), f"--gin_file={everything}", "--only=lines"]
    assert commands.main(arguments) == 0
    gin.clear_config()
    assert commands.main([*arguments, "--gin_param=Lines.points = 4"]) == 2
    assert "points = 3, not 4; give Lines.name another" in capsys.readouterr().err


@pytest.mark.parametrize("arguments, said", [
    ([], "analyze takes one run"),
    (["nowhere"], "is no run"),
    (["RUN", "--only=nothing"], "there is no such measure"),
    (["RUN", "--gin_param=Analysis.measures = [@Hessian()]",
      "--gin_param=Hessian.restrict = 'some'"], "Hessian.restrict is 'some'"),
    (["RUN", "--gin_param=lenet_300_100.width = 0.1"], "was trained with model"),
    (["RUN", "--gin_param=Dataset.validation = 0.2"], "the data are not those of"),
    (["RUN", "--gin_param=Analysis.measures = [@Landscape()]",
      "--gin_param=Landscape.kind = 'plane'"], "a plane takes three networks"),
])
def test_bad_input_is_one_line_and_status_2(lmc_root, capsys, arguments, said):
    given = [str(lmc_root) if each == "RUN" else each for each in arguments]
    assert commands.main(["analyze", *given]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1 and error.startswith("error: ")
