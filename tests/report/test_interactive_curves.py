"""The curves that a reader hovers over."""

import json
import re

import pandas as pd
import pytest

from lth_keras.report.interactive_curves import interactive_curves
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
