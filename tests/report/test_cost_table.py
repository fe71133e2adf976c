"""The table of costs: shown where a sparse network was made without a ticket's rounds."""

import types

import pandas as pd

from lth_keras.metric import ACCURACY
from lth_keras.report.cost_table import costs, has_rivals


def run_of(found_first):
    """A run of full, the ticket and a random mask; `found_first` of the last."""
    rows = [("full", 0, 1.0, 0.9, 1e9, False), ("ticket", 2, 0.2, 0.88, 4e9, True),
            ("random", 2, 0.2, 0.8, 2e8, found_first)]
    names = ["full", "ticket@02", "random@02"]
    summary = pd.DataFrame([
        {"variant": variant, "round": round, "density": density, "updates_mean": 1500.0,
         **{f"test_accuracy_final_{end}": value for end in ("mean", "ci_low", "ci_high")},
         "training_flops_mean": cost, "inference_multiply_adds_mean": 1234.0}
        for variant, round, density, value, cost, _ in rows])
    return types.SimpleNamespace(
        metric=ACCURACY, subject="a network", summary=summary,
        facts={(1, name): {"variant": row[0], "round": row[1], "density": row[2],
                           "architecture": {}} for name, row in zip(names, rows, strict=True)},
        costs=pd.DataFrame([
            {"trial": 1, "variant": row[0], "round": row[1], "training_flops": row[4],
             "found_first": row[5]} for row in rows]))


def test_a_rival_is_what_needs_no_rounds_of_pruning():
    assert has_rivals(run_of(False))
    assert not has_rivals(run_of(True))  # Every sparse network then costs what the ticket does.
    assert costs(run_of(True)).rows == []


def test_a_run_of_an_earlier_version_knows_no_costs():
    run = run_of(False)
    run.costs["training_flops"] = float("nan")
    assert not has_rivals(run)


def test_each_network_stands_beside_full_and_the_ticket():
    full, ticket, random = costs(run_of(False)).rows
    assert full == ["full", "100", "90.00 [90.00, 90.00]", "1,500", "1,000,000,000", "1.00",
                    "–", "1,234", "training, density"]
    assert ticket[4:] == ["4,000,000,000", "4.00", "1.00", "1,234", "density"]
    assert random[4:] == ["200,000,000", "0.20", "0.05", "1,234", "training"]
