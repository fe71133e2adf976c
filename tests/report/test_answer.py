"""The three sentences that a report begins with."""

import html
import math
import re

import pandas as pd
import pytest
from scipy import stats

from lth_keras.report import answer, write_report
from tests.report.pages import numbers, page_of


def test_equal_differences_are_said_in_the_answer():
    control = {"reference": "ticket", "variant": "remask", "round": 1, "trials": 2,
               "difference": -0.01, "ci_low": math.nan, "ci_high": math.nan, "p_holm": math.nan}
    tested = control | {"variant": "reinit", "difference": 0.01, "ci_low": 0.005,
                        "ci_high": 0.015, "p_holm": 0.01}
    assert "Each of 1 controls differs" in answer.of_controls([control])
    text = answer.of_controls([control, tested])
    assert "Of 1 comparisons" in text and "0 are clearly worse" in text and "1 more cannot" in text
    assert "With one trial" in answer.of_controls([control | {"trials": 1}])


def test_means_and_their_difference_are_over_the_same_trials(build, undrawn):
    builder = build()
    for trial in (1, 2, 3):
        builder.network(trial, "full", 0, trial)
    for trial in (1, 2):
        builder.network(trial, "ticket", 1, trial + 10)
    builder.network(3, "ticket", 1, 13, diverged=True)
    root = builder.finish()
    write_report(root)
    text = re.search(r'<div class="answer">(.*?)</div>', page_of(root), re.S).group(1)
    text = html.unescape(text)
    ours, theirs, difference = numbers(text.split("reaches", 1)[1])[:3]
    assert difference == pytest.approx(ours - theirs, abs=0.011)


def test_the_answer_comes_from_metrics_csv(make_run, undrawn):
    root = make_run(trials=4)
    write_report(root)
    text = re.search(r'<div class="answer">(.*?)</div>', page_of(root), re.S).group(1)
    first, second, third, *fourth = re.findall(r"<p>(.*?)</p>", text)
    last = pd.read_csv(root / "metrics.csv").sort_values("step").groupby(
        ["variant", "round", "trial"])["test_accuracy"].last()
    index = int(re.search(r"ticket@(\d+)", first).group(1))
    pair = stats.ttest_rel(last["ticket", index], last["full", 0])
    interval = pair.confidence_interval(0.95)
    difference = 100 * (last["ticket", index] - last["full", 0]).mean()
    shown = numbers(first.split("a difference of ", 1)[1])
    assert shown[0] == pytest.approx(difference, abs=5.1e-3)
    assert shown[2:4] == pytest.approx([100 * interval.low, 100 * interval.high], abs=5.1e-3)
    for network in (("full", 0), ("ticket", index)):
        assert f"{100 * last[network].mean():.2f} %" in first
    assert ("leaves open" in first) == (interval.low <= -0.002 <= interval.high)
    assert "Of 4 comparisons of a control with the ticket" in second
    assert "lowest validation loss" in third and all("learned fastest" in each for each in fourth)
    # Each is one sentence, with one full stop that ends it.
    assert all(len(re.findall(r"\.(?!\d)", each)) == 1 for each in (first, second, *fourth))
