"""The key figure that a reader hovers over."""

import json
import re

import pandas as pd
import pytest

from lth_keras.report.interactive_curves import interactive_curves
from lth_keras.report.interactive_densities import interactive_densities
from lth_keras.store.stored_run import StoredRun


@pytest.fixture
def run(make_run):
    return StoredRun.load(make_run(trials=2, rounds=1))


def test_the_key_figure_has_a_point_for_every_trial(run):
    (document,) = re.findall(r"const docs_json = '(.*?)';", interactive_curves(run).script)
    (document,) = json.loads(document).values()
    renderers = document["roots"][0]["attributes"]["renderers"]
    points = {
        each["attributes"]["name"]: dict(
            each["attributes"]["data_source"]["attributes"]["data"]["entries"])
        for each in renderers if each["attributes"].get("name")}
    rows = pd.read_csv(run.paths.metrics)
    last = rows[rows["step"] == rows["step"].max()].set_index(["variant", "trial"])
    for variant in ("full", "ticket", "remask"):
        each = points[f"{variant}, each trial"]
        values = [100 * last.loc[(variant, trial), "test_accuracy"] for trial in each["trial"]]
        assert each["trial"] == [1, 2] and each["value"] == pytest.approx(values)
        assert points[variant]["mean"] == pytest.approx([sum(values) / 2])


def test_there_is_none_without_a_pruned_network(build):
    builder = build(rounds=1)
    builder.network(1, "full", 0, 1)
    assert interactive_densities(StoredRun.load(builder.finish())) is None
