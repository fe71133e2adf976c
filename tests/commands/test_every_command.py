"""Every command on a regression and a segmentation: words, axes and files are the task's."""

import json
import pathlib
import re
import subprocess
import sys

import gin
import numpy as np
import pandas as pd
import pytest

from lth_keras.commands.main import main
from lth_keras.figures import style
from tests.report.pages import page_of

ROOT = pathlib.Path(__file__).parents[2]
SMALL = (
    "Experiment.trials = 2", "Experiment.duration = '2ep'", "IMP.duration = '2ep'",
    "Experiment.jit = False", "RewindingSchedule.rounds = 1", "ROUNDS = (1,)",
    "Dataset.test_examples = 60", "Dataset.train_examples = 200",
)
TASKS = {
    "diabetes_regression": ("lenet_300_100.width = 0.1",),
    "digits_segmentation": ("pixelwise.width = 0.25", "pixelwise.depth = 2",
                            "Classification.ignore_label = 0"),
}
HEADER = "trial,variant,round,density,step,epoch,train_loss,train_{0},val_loss,val_{0}," \
    "test_loss,test_{0}"


# `make test` has the regression; .ci/run has both.
@pytest.fixture(scope="module", params=[
    pytest.param(name, marks=pytest.mark.ci if "segmentation" in name else ()) for name in TASKS])
def trained(request, tmp_path_factory):
    """(the experiment's name, its metric, the run's folder, what training said)."""
    place = tmp_path_factory.mktemp(request.param)
    arguments = [f"--gin_param={each}" for each in (*SMALL, *TASKS[request.param])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(style._SETTINGS, "savefig.dpi", 40)
        assert main([
            f"--gin_file={ROOT / 'gin' / request.param}.gin", f"--output_dir={place}",
            *arguments]) == 0
    gin.clear_config()
    (root,) = [path.parent for path in place.glob("*/run.json")]
    return request.param, "mae" if "regression" in request.param else "accuracy", root


def test_tables_and_run_json_name_the_metric(trained):
    name, metric, root = trained
    text = (root / "metrics.csv").read_text()
    assert text.splitlines()[0] == HEADER.format(metric)
    table = pd.read_csv(root / "metrics.csv")
    assert np.isfinite(table[f"test_{metric}"]).all() and table[f"val_{metric}"].notna().all()
    summary = pd.read_csv(root / "summary.csv")
    best = f"{'min' if metric == 'mae' else 'max'}_mean_test_{metric}"
    tickets = table[table["variant"] == "ticket"].groupby("step")[f"test_{metric}"].mean()
    row = summary[summary["variant"] == "ticket"].iloc[0]
    assert row[best] == pytest.approx(getattr(tickets, best[:3])())
    header = json.loads((root / "run.json").read_text())
    assert header["metrics"][0]["name"] == metric
    assert header["task"]["class"] == ("Regression" if metric == "mae" else "Classification")
    # Bindings without a scope are a part of the run's identity too.
    described = header["configuration"]["task"]
    assert described["ignore_label"] == 0 if metric == "accuracy" else described["unit"] == "units"
    if metric == "mae":
        assert row["margin"] == pytest.approx(header["task"]["std"][0] / 100)


def test_list_report_and_verify(trained, capsys):
    name, metric, root = trained
    assert main(["list", f"--output_dir={root.parent}"]) == 0
    assert ("mae" in capsys.readouterr().out) == (metric == "mae")
    assert main(["verify", str(root)]) == 0
    assert "0 findings" in capsys.readouterr().out
    assert main(["report", str(root)]) == 0
    page = page_of(root)
    words = "mean absolute error" if metric == "mae" else "accuracy"
    assert f"a test {words} of" in page and (root / "figures" / f"{metric}_curves.png").is_file()
    if metric == "mae":
        assert "accuracy" not in page.split("<h2 id=\"again\"")[0].lower()
        # No difference or margin is in percentage points.
        results = page.split("<h2 id=\"again\"")[0]
        assert "(units)" in page and not re.search(r"\d points|\(points\)", results)
    assert main(["report", str(root), "--margin=5"]) == (0 if metric == "mae" else 2)


def test_tensorboard_has_the_metrics_tag(trained):
    from tests.tensorboard.reading import read

    _, metric, root = trained
    tags = read(root / "tensorboard" / "ticket@01").Tags()["tensors"]
    assert {f"{metric}/test", f"{metric}/train", f"{metric}/validation", "loss/test"} <= set(tags)
    assert metric == "accuracy" or "accuracy/test" not in tags


def test_an_export_is_judged_by_the_metric(trained, tmp_path, capsys):
    _, metric, root = trained
    to = tmp_path / "exported"
    assert main([
        "export", str(root), "--variant=ticket@01", f"--to={to}", "--nolatency",
        "--format=saved_model,tflite,ticket"]) == 0
    said = capsys.readouterr().out
    assert ("test mean absolute error" if metric == "mae" else "test accuracy") in said
    card = json.loads((to / "card.json").read_text())
    last = pd.read_csv(root / "trial_01" / "ticket@01" / "metrics.csv").iloc[-1]
    assert card[metric]["test"] == pytest.approx(last[f"test_{metric}"], rel=1e-3)
    checked = card["formats"]["saved_model"]["verified"]
    assert checked[metric] == pytest.approx(card[metric]["test"], rel=1e-5)
    # If its outputs are changed, the export's own program says so.
    with np.load(to / "check.npz") as stored:
        arrays = dict(stored)
    np.savez(to / "check.npz", **{
        key: array + 1 if key.startswith("outputs_") else array for key, array in arrays.items()})
    done = subprocess.run([sys.executable, str(to / "verify.py"), "saved_model"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 3 and "an output differs" in done.stdout


def test_analysis_goes_by_that_loss_and_that_metric(trained, tmp_path, capsys):
    _, metric, root = trained
    gin.clear_config()
    measures = tmp_path / "measures.gin"
    measures.write_text("\n".join([
        "Analysis.measures = [@SolutionLosses(), @Lines(), @Hessian(), @GradientFlow()]",
        "Lines.points = 3", "Lines.pairs = (('initial', 'ticket@01'),)",
        "Hessian.networks = ('ticket@01',)", "Hessian.positive = 1", "Hessian.negative = 0",
        "Hessian.examples = 16", "Hessian.trace_samples = 0", "Hessian.density_samples = 0",
        "Hessian.tolerance = 0.01",
    ]))
    assert main(["analyze", str(root), f"--gin_file={measures}"]) == 0
    said = capsys.readouterr().out
    assert ("mean absolute error barrier" if metric == "mae" else "error barrier") in said
    losses = pd.read_csv(root / "analysis" / "solution_losses" / "table.csv")
    last = pd.read_csv(root / "trial_01" / "ticket@01" / "metrics.csv").iloc[-1]
    ours = losses[(losses["trial"] == 1) & (losses["unit"] == "ticket@01")].iloc[0]
    assert ours["test_loss"] == pytest.approx(last["test_loss"], rel=1e-4)
    assert ours[f"test_{metric}"] == pytest.approx(last[f"test_{metric}"], rel=1e-4)
