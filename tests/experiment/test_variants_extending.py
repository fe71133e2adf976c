"""The examples of docs/extending.md, taken from the page and run."""

import pathlib
import re
import sys

import gin
import numpy as np
import pytest

from lth_keras import criteria, files
from lth_keras.commands import configuration
from lth_keras.experiment import execute, prepare
from lth_keras.store.network_reader import read_masks

ROOT = pathlib.Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "extending.md").read_text("utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
GIN = re.findall(r"```gin\n(.*?)```", PAGE, re.DOTALL)
MODULES = ("relative_growth", "reversed_signs")


class Quiet:
    """A reporter that says nothing."""

    def __getattr__(self, name):
        return lambda *args, **kwargs: None


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mine")
    for name, text in zip(MODULES, PYTHON, strict=True):
        (folder / f"{name}.py").write_text(text, "utf-8")
    criterion, smooth, reversed_signs = GIN
    mine = folder / "mine.gin"
    short = (ROOT / "gin/pieces/short.gin").read_text("utf-8")
    mine.write_text("\n".join([
        criterion, smooth, reversed_signs, short, "Dataset.name = 'mnist1d'",
        "Experiment.jit = False",
        "Experiment.variants = [@reinit_smooth/Variant(), @reversed/Variant()]",
    ]).replace("import reversed_signs", "").replace(
        "import relative_growth", "import relative_growth\nimport reversed_signs"), "utf-8")
    sys.path.insert(0, str(folder))
    try:
        # The page's own include is written from the folder above gin/.
        gin.add_config_file_search_path(str(ROOT))
        experiment = configuration.read([str(mine)])
        prepared = prepare(experiment, folder / "runs")
        execute(prepared, Quiet())
        yield prepared
    finally:
        sys.path.remove(str(folder))


def test_the_criterion_scores_as_its_row_says(run):
    initial = np.array([[1.0, -2.0], [3.0, -0.5]], np.float32)
    final = np.array([[-1.5, 0.5], [2.0, -4.0]], np.float32)
    made = type(run.experiment.imp.criterion)(1.0)
    scores = made.scores(criteria.CriterionInputs(
        {"k": final}, {"k": initial}, {"k": np.ones((2, 2), bool)}, None))
    np.testing.assert_allclose(scores["k"], [[0.75, 0.5 / 3], [0.5, 4.0 / 1.5]], rtol=1e-6)


def test_the_criterion_prunes(run):
    paths = run.context.paths
    found = read_masks(paths.network(1, "round_01"))
    weights, initial = (files.read_npz(path) for path in (
        paths.network(1, "round_00") / "weights.npz", paths.initial(1)))
    for key, mask in found.items():
        score = np.abs(weights[key]) / (np.abs(initial[key]) + 1e-3)
        assert score[mask].min() >= score[~mask].max()


def test_the_new_weight_rule_starts_from_reversed_signs(run):
    paths = run.context.paths
    folder = paths.network(1, "reversed@02")
    start, initial = files.read_npz(folder / "initial.npz"), files.read_npz(paths.initial(1))
    for key, mask in read_masks(folder).items():
        np.testing.assert_array_equal(start[key][mask], -initial[key][mask])


def test_the_composed_variant_ran(run):
    assert (run.context.paths.network(1, "reinit_smooth@02") / "done.json").exists()
