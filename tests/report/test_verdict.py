"""The verdict that a report opens with."""

import dataclasses

import pandas as pd
import pytest

from lth_keras.report import verdict
from lth_keras.statistics.comparisons import comparisons, significance
from lth_keras.store.stored_run import StoredRun


def one(verdict_of, density):
    return verdict.RoundVerdict("ticket", density, verdict_of, "", "", (), (), ())


@pytest.mark.parametrize("rounds, expected", [
    ([(0.262, verdict.LOSES), (0.107, verdict.LOSES)],
     "No winning ticket at 26.2 % and 10.7 % of the weights."),
    ([(0.262, verdict.WINS), (0.107, verdict.LOSES)],
     "A winning ticket at 26.2 % of the weights; no winning ticket at 10.7 % of the weights."),
    ([(0.107, verdict.OPEN)],
     "Whether there is a winning ticket at 10.7 % of the weights is open: these trials "
     "cannot tell."),
    ([], ""),
])
def test_the_headline(rounds, expected):
    assert verdict.headline([one(kind, density) for density, kind in rounds]) == expected


@pytest.mark.parametrize("p, p_holm, expected", [
    (0.01, 0.04, "clear"), (0.01, 0.08, "may be chance *"), (0.2, 0.6, "may be chance"),
    (float("nan"), float("nan"), None),
])
def test_one_language_of_significance(p, p_holm, expected):
    assert significance({"p": p, "p_holm": p_holm}) == expected


def test_each_round_says_what_its_controls_are(make_run):
    run = StoredRun.load(make_run(trials=4))
    rows = comparisons(run.metrics, run.margin, run.metric)
    verdicts = verdict.round_verdicts(run, rows)
    assert verdict.headline(verdicts) == verdict.headline_of(run.summary) != ""
    assert [each.name for each in verdicts] == ["ticket@01", "ticket@02"]
    for each in verdicts:
        controls = rows[(rows["reference"] == "ticket") & (rows["round"] == int(each.name[-2:]))]
        clear = controls[controls["p_holm"] < 0.05]
        assert len(each.worse) == (clear["difference"] < 0).sum()
        assert len(each.better) == (clear["difference"] > 0).sum()
        assert len(each.worse + each.better + each.open) == len(controls) == 2


def curves_of(run, curves):
    """The run with test accuracies {(variant, round): [at steps 10, 20, …]}."""
    rows = [
        {"trial": trial, "variant": variant, "round": round, "step": 10 * (place + 1),
         "test_accuracy": value, "train_loss": 1.0, "val_loss": 1.0, "test_loss": 1.0}
        for (variant, round), values in curves.items() for place, value in enumerate(values)
        for trial in (1, 2)
    ]
    return dataclasses.replace(run, metrics=pd.DataFrame(rows))


def test_the_fastest_is_the_first_to_pass_what_the_worst_ends_at(make_run):
    run = StoredRun.load(make_run(trials=2))
    shown = curves_of(run, {
        ("full", 0): [0.5, 0.8, 0.9], ("ticket", 1): [0.7, 0.85, 0.9],
        ("remask", 1): [0.2, 0.4, 0.6], ("imp", 1): [0.9, 0.9, 0.9]})
    assert verdict.fastest(shown) == (
        "ticket@01 learned fastest: its mean test accuracy passed 60.00 %, what the worst network "
        "ended at, at step 10, the full network at step 20, remask@01 at step 30.")
    alike = curves_of(run, {("full", 0): [0.5, 0.9], ("ticket", 1): [0.6, 0.9]})
    assert verdict.fastest(alike) == ""


def test_networks_that_are_equally_fast_are_named_together(make_run):
    run = StoredRun.load(make_run(trials=2))
    two = {("full", 0): [0.5, 0.8, 0.9], ("ticket", 1): [0.7, 0.8, 0.9],
           ("ticket", 2): [0.7, 0.9, 0.9], ("remask", 1): [0.2, 0.4, 0.6]}
    assert verdict.fastest(curves_of(run, two)).startswith(
        "ticket@01 and ticket@02 learned fastest: their mean test accuracy passed 60.00 %")
    most = {**two, ("full", 0): [0.7, 0.8, 0.9]}
    assert verdict.fastest(curves_of(run, most)) == ""


def test_a_diverged_trial_is_in_no_curve(make_run):
    run = curves_of(StoredRun.load(make_run(trials=2)), {
        ("full", 0): [0.5, 0.8, 0.9], ("ticket", 1): [0.7, 0.8, 0.9],
        ("remask", 1): [0.2, 0.4, 0.6]})
    said = verdict.fastest(run)
    bad = (run.metrics["variant"] == "remask") & (run.metrics["trial"] == 2)
    run.metrics.loc[bad, ["test_loss", "test_accuracy"]] = [float("inf"), 0.1]
    assert verdict.fastest(run) == said
