"""`run.py analyze` on a tiny stored run: every measure, resuming, and what it refuses."""

import json
import pathlib

import gin
import numpy as np
import pandas as pd
import pytest

from lth_keras import files
from lth_keras.analysis import retrain, run_measure
from lth_keras.commands import analyze_command
from lth_keras.commands import main as commands
from lth_keras.errors import ConfigurationError, RunError

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

EVERYTHING = """
Analysis.measures = [
    @SolutionLosses(), @LevelDistances(), @LossCurves(), @Hessian(), @Lines(), @random/Landscape(),
    @plane/Landscape(), @hessian/Landscape(), @MaskOverlap(), @WeightDistributions(),
    @GradientFlow(),
]
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


@pytest.fixture
def everything(tmp_path):
    path = tmp_path / "everything.gin"
    path.write_text(EVERYTHING)
    return str(path)


def test_every_measure_leaves_tables_figures_and_a_summary(root, everything):
    assert commands.main(["analyze", str(root), f"--gin_file={everything}"]) == 0
    measured = {path.parent.name for path in (root / "analysis").glob("*/summary.json")}
    assert len(measured) == 11
    for folder in (root / "analysis").glob("*/"):
        summary = json.loads((folder / "summary.json").read_text())
        assert summary["statements"] and "mnist1d" in summary["title"]
        assert summary["question"].endswith(("?", "."))
        assert set(summary["captions"]) == {
            name.removesuffix(".png") for name in summary["figures"] if name.endswith(".png")}
        for name in [*summary["figures"], *summary["tables"]]:
            assert (folder / name).stat().st_size > 50
        assert len(summary["pieces"]) == len(list(folder.glob("*/done.json")))

    lines = json.loads((root / "analysis" / "lines" / "summary.json").read_text())
    assert lines["captions"]["line_2"].startswith("From one end of the line")
    table = pd.read_csv(root / "analysis" / "hessian" / "table.csv")
    assert table[table.end == "positive"].groupby(["trial", "network"]).size().eq(3).all()
    # Level L−1's path on L's mask starts where level L starts: at the masked rewind point.
    curves = pd.read_csv(root / "analysis" / "loss_curves" / "table.csv")
    starts = curves[curves.step == 0].groupby(["trial", "curve"]).train_loss.first().unstack()
    np.testing.assert_allclose(starts.projected, starts.new, rtol=1e-6)
    repeated = curves[curves.curve != "continued"]
    assert repeated[retrain.COLUMN].eq(0).all()
    # The loss that the run recorded for the same network on the same split.
    losses = pd.read_csv(root / "analysis" / "solution_losses" / "table.csv")
    metrics = pd.read_csv(root / "metrics.csv")
    last = metrics[(metrics.trial == 1) & (metrics.variant == "imp")].groupby("round").last()
    ours = losses[(losses.trial == 1) & losses.unit.str.startswith("round_")].set_index("round")
    np.testing.assert_allclose(ours.test_loss, last.test_loss, rtol=1e-4)


def test_what_is_stored_is_not_measured_again(root, everything, capsys):
    arguments = ["analyze", str(root), f"--gin_file={everything}", "--only=level_distances"]
    assert commands.main(arguments) == 0
    places = sorted((root / "analysis" / "level_distances").glob("*/done.json"))
    before = [path.stat().st_mtime_ns for path in places]
    places[0].unlink()
    capsys.readouterr()
    gin.clear_config()
    assert commands.main(arguments) == 0
    said = capsys.readouterr().out
    assert said.count("stored already") == len(places) - 1
    assert [path.stat().st_mtime_ns for path in places[1:]] == before[1:]
    assert places[0].is_file()


def test_other_settings_need_another_name(root, everything, capsys):
    arguments = ["analyze", str(root), f"--gin_file={everything}", "--only=lines"]
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
def test_bad_input_is_one_line_and_status_2(root, capsys, arguments, said):
    given = [str(root) if each == "RUN" else each for each in arguments]
    assert commands.main(["analyze", *given]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1 and error.startswith("error: ")


def test_networks_by_name(root):
    run, _ = analyze_command.opened(root)
    projected = run.network(1, "round_01|round_02")
    whole, own = run.network(1, "round_01"), run.network(1, "round_02")
    for key, mask in own.masks.items():
        np.testing.assert_array_equal(projected.weights[key], whole.weights[key] * mask)
        np.testing.assert_array_equal(
            run.network(1, "round_02:start").weights[key],
            files.read_npz(root / "trial_01" / "rewind.npz")[key] * mask)
    other = run.network(1, "trial_02/round_02").weights
    assert any(not np.array_equal(other[key], own.weights[key]) for key in other)
    with pytest.raises(RunError, match="no finished network 'round_09'"):
        run.network(1, "round_09")
    with pytest.raises(ConfigurationError, match="names no network"):
        run.network(1, "../../etc")


def test_a_variant_with_its_own_order_is_trained_again_exactly(root):
    run, _ = analyze_command.opened(root)
    steps = run.facts(1, "ticket_2@02")["steps"]
    _, difference = retrain.again(run, 1, "ticket_2@02", [0, steps])
    assert difference == 0


def test_search_for_the_earliest_stable_rewind_point(root):
    run, measures = analyze_command.opened(root, [str(ROOT / "gin/analysis/lmc.gin")], [
        "RewindSearch.candidates = ('0it', '5it', '9it')", "RewindSearch.points = 3",
        "RewindSearch.stable = 1.0"])
    folder = run_measure(measures[0], run, lambda line: None)
    table = pd.read_csv(folder / "summary.csv")
    # Any barrier is below 100 points: the first candidate ends the search.
    assert list(table.rewind.unique()) == ["0it"] and table.stable.all()
    assert list(table.pairs) == [6, 6] and list(table.initialisations) == [2, 2]
    assert len(list(root.parent.glob("lmc_mnist1d*"))) == 1
