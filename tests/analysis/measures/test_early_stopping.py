"""Early stopping by raw and by smoothed validation loss, on losses made by hand."""

import types

import numpy as np
import pandas as pd
import pytest

from lth_keras.analysis import EarlyStopping
from lth_keras.analysis.measures import early_stopping
from lth_keras.errors import ConfigurationError

# A valley at index 5, and one evaluation far out at index 1 that is lower than all.
LOSSES = [9.0, 0.5, 7.0, 5.0, 3.0, 1.0, 2.0, 4.0, 6.0]


@pytest.mark.parametrize("losses, window, at", [
    (LOSSES, 1, 1), (LOSSES, 3, 5), (LOSSES, 5, 5), (LOSSES, 9, 4), (LOSSES, 11, None),
    ([3.0, 1.0, 1.0, 2.0], 1, 1), ([np.nan, np.nan], 1, None), ([np.nan, 2.0, 1.0], 1, 2),
])
def test_the_lowest_mean_by_hand(losses, window, at):
    assert early_stopping.lowest(losses, window) == at


def test_a_measure_by_hand(monkeypatch):
    # The ticket's valley lies two evaluations before that of the full network, without an outlier.
    stored = {"full": LOSSES, "ticket@01": [9.0, 4.0, 2.0, 1.0, 2.0, 4.0, 6.0, 8.0, 9.0]}
    monkeypatch.setattr(early_stopping, "read_rows", lambda folder: pd.DataFrame({
        "step": 100 * np.arange(1, 10), "val_loss": stored[folder],
        "test_accuracy": np.linspace(0.1, 0.9, 9)}))
    run = types.SimpleNamespace(
        trials=[1, 2], title="made up", matching=lambda trial, patterns: list(stored),
        facts=lambda trial, name: {"variant": name.split("@")[0], "round": int(name != "full"),
                                   "density": 1.0 if name == "full" else 0.5},
        paths=types.SimpleNamespace(network=lambda trial, name: name),
        data=types.SimpleNamespace(task=types.SimpleNamespace(
            main_metric=types.SimpleNamespace(name="accuracy"))))
    measure = EarlyStopping(window=3)
    rows = [row for piece in measure.pieces(run) for row in measure.measure(run, piece).rows]
    steps = [(row["step_raw"], row["step_smoothed"]) for row in rows if row["trial"] == 1]
    assert steps == [(200, 600), (400, 400)]
    assert rows[0]["test_accuracy_smoothed"] == pytest.approx(0.6)
    account = measure.account(run, pd.DataFrame(rows), {})
    assert account.statements[0] == (
        "ticket@01 against full: raw +100 % [+100, +100]; smoothed -33 % [-33, -33]")
    ticket = account.table.set_index("unit").loc["ticket@01"]
    assert ticket.percent_after_full_smoothed == pytest.approx(-100 / 3)
    assert set(account.figures) == {"stops"}


@pytest.mark.parametrize("field, value, said", [
    ("window", 4, "expected an odd number"), ("window", 0, "at least 1"),
    ("full", None, "expected the name of a network")])
def test_other_values_are_refused(field, value, said):
    with pytest.raises(ConfigurationError, match=said):
        EarlyStopping(**{field: value})
