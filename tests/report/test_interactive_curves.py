"""The curves that a reader hovers over."""

import json
import re

import pandas as pd
import pytest

from lth_keras.report.interactive_curves import interactive_curves
from lth_keras.report.setting import (
    example,
    folders,
    masked_example,
    pruning,
    rounds,
    took,
    updates_a_round,
)
from lth_keras.store.stored_run import StoredRun


@pytest.fixture
def run(make_run):
    return StoredRun.load(make_run(trials=2, rounds=1))


def test_the_page_holds_every_mean_and_every_trials_value(run):
    made = interactive_curves(run)
    assert [title for title, _ in made.panels] == [
        "Final test accuracy (%) against weights kept", "Test accuracy (%) against steps",
        "Training loss against steps"]
    (document,) = re.findall(r'const docs_json = \'(.*?)\';', made.script)
    text = json.dumps(json.loads(document))
    rows = pd.read_csv(run.paths.metrics)
    last = rows[(rows["variant"] == "ticket") & (rows["step"] == rows["step"].max())]
    each = ", ".join(f"{100 * value:.4g}" for value in last["test_accuracy"])
    assert each in text
    floats = [float(each) for each in re.findall(r"\d+\.\d+", text)]
    mean = 100 * last["test_accuracy"].mean()
    assert [value for value in floats if value == pytest.approx(mean, abs=1e-9)]
    assert "imp" not in set(re.findall(r'"name": "(\w+)"', text))
    assert "http" not in re.sub(r"http://www\.w3\.org/\S*", "", made.script)


def test_the_same_run_gives_the_same_page(run):
    assert interactive_curves(run) == interactive_curves(run)


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


def test_the_setting_in_words(run):
    assert updates_a_round(run) == 18
    assert pruning(run) == (
        "1 round of 2 epochs (18 updates); 20 % of the remaining weights go in each, within each "
        "layer; ranked by Magnitude; rewound to step 0, the initialisation")
    run.header["rewind_step"] = 4
    assert rounds(run) == (
        "1 round of 2 epochs (round 0 trains 18 updates, each later round 14: from the rewind "
        "point at step 4 to the same end)")
    assert example(run) == ("ticket@01", 1) and masked_example(run) == "round_00|round_01"
    assert "of training" in took(run) and folders(run) == [
        "figures", "tensorboard", "tensorboard_trials", "trial_01", "trial_02"]
