"""The examples of docs/extending.md, taken from the page and run."""

import pathlib
import re
import runpy
import sys
import textwrap

import gin
import numpy as np
import pandas as pd
import pytest

from lth_keras import criteria, files
from lth_keras.analysis import run_measure
from lth_keras.commands import analyze_command, configuration
from lth_keras.experiment import prepare
from lth_keras.masks import kept
from lth_keras.paths import RunPaths
from lth_keras.pruning import RewindingSchedule
from lth_keras.report import report_figures, write_report
from lth_keras.store import network_folder
from lth_keras.store.masks_and_weights import read_masks, read_start_masks
from lth_keras.store.metrics import read_csv
from lth_keras.store.stored_run import StoredRun
from lth_keras.variables import named_variables
from tests.granularity.kernels import dense_masks, kernel, pruned

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "extending.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"^```\w+ ([\w.]+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """All files of the page, and mine.gin, which includes the experiment's."""
    folder = tmp_path_factory.mktemp("mine")
    for name, text in BLOCKS.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "mine.gin").write_text("\n".join([
        *(f"include '{name}.gin'" for name in (
            "criterion", "smooth", "reversed", "random_drop", "sign", "focal")),
        (ROOT / "gin/pieces/short.gin").read_text("utf-8"), "Dataset.name = 'mnist1d'",
        "Experiment.jit = False",
        "Experiment.variants = [@reinit_smooth/Variant(), @reversed/Variant(),"
        " @random_drop/Variant()]",
    ]), "utf-8")
    return folder


@pytest.fixture(scope="module")
def run(folder):
    """The run that the page's own program makes, with every part of the page in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.syspath_prepend(str(folder))
        # The page's own include is written from the folder above gin/.
        gin.add_config_file_search_path(str(ROOT))
        names = runpy.run_path(str(folder / "with_a_sink.py"))
        yield names["prepared"]
        for name in BLOCKS:
            sys.modules.pop(name.removesuffix(".py"), None)


def test_the_criterion_scores_as_its_row_says(run):
    initial = np.array([[1.0, -2.0], [3.0, -0.5]], np.float32)
    final = np.array([[-1.5, 0.5], [2.0, -4.0]], np.float32)
    made = type(run.experiment.imp.criterion)(1.0)
    scores = made.scores(criteria.CriterionInputs(
        {"k": final}, {"k": initial}, {"k": np.ones((2, 2), bool)}, None))
    np.testing.assert_allclose(scores["k"], [[0.75, 0.5 / 3], [0.5, 4.0 / 1.5]], rtol=1e-6)


def test_the_criterion_prunes(run):
    paths = run.context.paths
    weights, initial = (files.read_npz(path) for path in (
        paths.network(1, "round_00") / "weights.npz", paths.initial(1)))
    for key, mask in read_masks(paths.network(1, "round_01")).items():
        score = np.abs(weights[key]) / (np.abs(initial[key]) + 1e-3)
        assert score[mask].min() >= score[~mask].max()


def test_the_granularity_prunes_whole_inputs(folder, monkeypatch):
    monkeypatch.syspath_prepend(str(folder))
    with gin.unlock_config():
        import whole_inputs
    weights = [kernel("fc/kernel", (3, 2)), kernel("conv/kernel", (2, 1, 2, 2), "conv")]
    schedule = RewindingSchedule(1, 0.5, granularity=whole_inputs.WholeInputs())
    scores = {"fc/kernel": np.array([[3.0, 0], [2, 2], [0, 1]]),
              "conv/kernel": np.array([[[[1.0, 1], [0, 0]]], [[[0, 0], [2, 0]]]])}
    masks = pruned(schedule.granularity.grouping(weights), schedule, scores,
                   dense_masks(weights), 1)
    # Sums of squares: 9, 8 and 1, of which ⌈0.5 · 2⌉ = 1 goes; 2 and 4, of which one goes.
    assert masks["fc/kernel"].tolist() == [[True] * 2, [True] * 2, [False] * 2]
    assert masks["conv/kernel"].tolist() == 2 * [[[[False] * 2, [True] * 2]]]


def test_the_new_weight_rule_starts_from_reversed_signs(run):
    paths = run.context.paths
    folder = paths.network(1, "reversed@02")
    start, initial = files.read_npz(folder / "initial.npz"), files.read_npz(paths.initial(1))
    for key, mask in read_masks(folder).items():
        np.testing.assert_array_equal(start[key][mask], -initial[key][mask])


def test_the_composed_variant_ran(run):
    assert (run.context.paths.network(1, "reinit_smooth@02") / "done.json").exists()


def test_the_update_rule_moved_masks(run):
    paths = run.context.paths
    folder = paths.network(1, "random_drop@02")
    facts = network_folder.facts(folder)["mask_updates"]
    first, last = read_start_masks(paths, 1, "random_drop@02"), read_masks(folder)
    assert (facts["rule"], facts["dense_gradients"]) == ("RandomDrop", True)
    assert facts["updates"] > 0 and kept(first) == kept(last)
    assert any((first[key] != last[key]).any() for key in first)


def test_the_optimizer_moves_every_weight_by_the_learning_rate(run):
    paths = run.context.paths
    start = files.read_npz(paths.rewind(1))
    end = files.read_npz(paths.network(1, "round_00") / "weights.npz")
    moved = np.concatenate([(end[key] - start[key]).ravel() for key in start])
    # From the rewind point at step 1 to step 4: three updates of 0.002 up or down.
    steps = moved / 2e-3
    np.testing.assert_allclose(steps, np.round(steps), atol=2e-3)
    assert np.abs(steps).max() == pytest.approx(3, abs=2e-3)


def test_the_loss_is_the_focal_loss(run):
    context = run.context
    model = context.build()
    arrays = files.read_npz(context.paths.network(1, "round_00") / "weights.npz")
    for key, variable in named_variables(model).items():
        variable.assign(arrays[key])
    start, stop = context.data.splits["test"]
    labels = context.data.labels[start:stop]
    logits = model(context.data.normalize(context.data.images[start:stop])).numpy()
    shifted = logits - logits.max(-1, keepdims=True)
    log = shifted[np.arange(len(labels)), labels] - np.log(np.exp(shifted).sum(-1))
    stored = read_csv(context.paths.network(1, "round_00") / "metrics.csv")
    expected = np.mean(-((1 - np.exp(log)) ** 2) * log)
    assert stored.test_loss.iloc[-1] == pytest.approx(expected, rel=1e-4)


def test_the_sink_was_told_of_every_network(run, folder):
    lines = (folder / "networks.log").read_text("utf-8").splitlines()
    assert lines[0] == "trial 1 round_00: 100.0% of the weights"
    assert [line.split(":")[0].split()[2] for line in lines] == [
        "round_00", "round_01", "round_02", "reinit_smooth@02", "reversed@02",
        "random_drop@02"]


def test_the_measure_is_stored_and_reported(run, folder, monkeypatch):
    monkeypatch.chdir(folder)
    root = run.context.paths.root
    analyzed, measures = analyze_command.opened(folder / root, [str(folder / "growth.gin")])
    stored = run_measure(measures[0], analyzed, lambda line: None)
    table = pd.read_csv(stored / "table.csv")
    key = table.layer[0]
    end, start = (analyzed.network(1, name).weights[key] for name in ("round_02", "round_02:start"))
    growth = table[(table["round"] == 2) & (table.layer == key)].growth.item()
    assert growth == pytest.approx(np.linalg.norm(end) / np.linalg.norm(start))
    monkeypatch.setattr(report_figures, "draw", lambda run, comparisons: [])
    write_report(folder / root)
    page = RunPaths(folder / root).report.read_text("utf-8")
    assert "How much do the kept weights grow in training?" in page and "grows most, to" in page


def test_the_figure_is_drawn_by_the_report(run, folder, monkeypatch):
    monkeypatch.chdir(folder)
    stored = StoredRun.load(folder / run.context.paths.root)
    program = "import generalisation_gap\ndef plan(run, comparisons):\n"
    names = {}
    exec(program + textwrap.indent(BLOCKS["plan"], "    "), names)
    monkeypatch.setattr(report_figures, "_plan", names["plan"])
    (picture,) = report_figures.draw(stored, None)
    assert picture.name == "generalisation_gap" and picture.png.startswith(b"\x89PNG")
    import generalisation_gap

    figure = generalisation_gap.generalisation_gap(stored.metrics, "mine")
    (line,) = figure.axes[0].lines
    rows = stored.metrics[stored.metrics["variant"] == "imp"]
    last = rows[rows["step"] == rows["step"].max()]
    expected = 100 * (last.train_accuracy - last.test_accuracy)
    np.testing.assert_allclose(sorted(line.get_ydata()), sorted(expected))
    assert generalisation_gap.generalisation_gap(stored.metrics[:0], "mine") is None


def test_the_data_source_is_taken_by_an_experiment(run, folder, monkeypatch):
    monkeypatch.chdir(folder)
    gin.clear_config()  # The page's run has locked it.
    (folder / "own_data.gin").write_text("include 'mine.gin'\ninclude 'parity.gin'", "utf-8")
    prepared = prepare(configuration.read(["own_data.gin"]), folder / "runs")
    data = prepared.context.data
    assert prepared.run.startswith("own_data-") and data.splits == {
        "train": (0, 1350), "validation": (1350, 1500), "test": (1500, 2000)}
    np.testing.assert_array_equal(data.labels, data.images[:, :2].sum(-1) % 2)
