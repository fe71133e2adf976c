"""How a spectrum says whether an eigenvalue was skipped."""

import types

import numpy as np
import pandas as pd

from lth_keras.analysis import skipped_eigenvalues
from lth_keras.analysis.deflation import Search


def pairs(search):
    return types.SimpleNamespace(
        search=search, put_in=1, complete=np.array([True, True, False]))


def test_columns_of_a_search_have_the_sign_of_the_end():
    made = pairs(Search(2.0, 0.25, np.zeros(3), 24))
    assert skipped_eigenvalues.columns(made, "positive") == {
        "put_in": 1, "largest_beside": 2.0, "residual_beside": 0.25, "search_steps": 24}
    assert skipped_eigenvalues.columns(made, "negative")["largest_beside"] == -2.0
    assert skipped_eigenvalues.facts(made, "negative") == {
        "negative_complete": 2, "negative_put_in": 1, "negative_search_steps": 24}


def test_without_a_search_nothing_was_left_to_skip():
    values = skipped_eigenvalues.columns(pairs(None), "positive")
    assert values.pop("put_in") == 1 and all(np.isnan(each) for each in values.values())
    assert skipped_eigenvalues.facts(pairs(None), "positive")["positive_search_steps"] is None


def test_the_statement_counts_spectra_and_names_one_that_is_not_certain():
    rows = pd.DataFrame([
        {"trial": trial, "network": "full", "complete": complete, "put_in": put_in}
        for trial, put_in, each in ((1, 0, (True, True)), (2, 2, (True, False)))
        for complete in each])
    said = skipped_eigenvalues.statement(rows)
    assert "in 1 of 2 spectra" in said
    assert "2 eigenvalues of 1 spectra had been skipped at first" in said
    assert "NOT certain is full of trial 2" in said
    assert "skipped at first" not in skipped_eigenvalues.statement(rows[rows.trial == 1])
