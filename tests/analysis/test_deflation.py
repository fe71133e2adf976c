"""The search for a skipped eigenpair, on a matrix whose eigenvalues are known."""

import numpy as np
import pytest

from lth_keras.analysis.deflation import search

VALUES = np.array([9.0, 7.0, 4.0, 1.0, 0.5, 0.0, -2.0, -8.0])


def product(vector):
    return (VALUES * vector).astype(np.float32)


def found(*places):
    return np.eye(8, dtype=np.float32)[:, list(places)]


def test_the_largest_of_what_was_not_found():
    result = search(product, found(0, 2), 4.0, 1e-4, 0)
    assert result.value == pytest.approx(7.0, rel=1e-4) and result.residual < 1e-2
    assert abs(result.vector[1]) == pytest.approx(1, abs=1e-3)
    assert np.abs(found(0, 2).T @ result.vector).max() < 1e-5


def test_where_nothing_is_left_it_finds_zero():
    # As of a network through which no signal passes: all that was not found is exactly 0.
    result = search(lambda vector: np.zeros_like(vector), found(0, 1), 4.0, 1e-4, 0)
    assert (result.value, result.residual, result.steps) == (0, 0, 1)


def test_where_nothing_was_skipped_it_stays_below_the_bound():
    result = search(product, found(0, 1, 2), 4.0, 1e-4, 0)
    assert result.value + result.residual < 4.0 and result.steps <= 5
