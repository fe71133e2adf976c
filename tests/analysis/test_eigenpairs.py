"""Eigenpairs of a matrix whose spectrum is known."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse.linalg import eigsh

from lth_keras.analysis import deflation, eigenpairs, skipped_eigenvalues


@pytest.mark.parametrize("end, expected", [
    ("positive", np.arange(100, 80, -1)), ("negative", -np.arange(19, 9, -1)),
])
def test_quadratic_with_a_known_spectrum(quadratic, end, expected):
    matrix, _ = quadratic
    pairs = eigenpairs.leading(lambda v: matrix @ v, 120, len(expected), end, tolerance=1e-6)
    np.testing.assert_allclose(pairs.values, expected, rtol=1e-4)
    assert pairs.converged(1e-3).all()


def test_residuals_tell_of_pairs_that_did_not_converge(quadratic):
    matrix, _ = quadratic
    pairs = eigenpairs.leading(lambda v: matrix @ v, 120, 10, tolerance=0.5)
    distance = np.abs(pairs.values[:, None] - quadratic[1]).min(1)
    # The bound that makes residuals worth reporting; in single precision.
    assert np.all(distance <= pairs.residuals + 1e-3)
    exact = eigenpairs.leading(lambda v: matrix @ v, 120, 10, tolerance=1e-6)
    assert pairs.residuals.max() > 10 * exact.residuals.max()


# Forty leading eigenvalues above a bulk. Each eigenvector of a diagonal matrix is a coordinate, and
# a start that has nothing of it never finds it: what happens by chance in practice, made certain.
SIZE, COUNT = 1500, 20
SKIPPED = 7


def spectrum(kind):
    leading = np.exp(np.linspace(np.log(20), np.log(0.1), 40))
    if kind == "nearly equal":
        leading[1::2] = leading[::2] * (1 - 3e-4)
    elif kind == "clustered":
        leading[15:25] = leading[18] * (1 + 1e-3 * np.arange(10)[::-1])
    values = 0.02 * np.random.default_rng(7).standard_normal(SIZE)
    values[:40] = leading
    return np.sort(values)[::-1].astype(np.float32)


@pytest.fixture
def blind(monkeypatch):
    """ARPACK from a start vector that has nothing of the eigenvector SKIPPED."""
    def blinded(operator, v0, **settings):
        v0[SKIPPED] = 0
        return eigsh(operator, v0=v0, **settings)

    monkeypatch.setattr(eigenpairs, "eigsh", blinded)


@pytest.mark.parametrize("kind", ["apart", "nearly equal", "clustered"])
def test_a_skipped_pair_is_found_and_put_in(kind, blind):
    values = spectrum(kind)
    found, _ = eigenpairs._arpack(lambda v: values * v, SIZE, COUNT + 2, "positive", 1e-4, 0)
    assert len(found) == COUNT + 2 and found[COUNT - 1] == pytest.approx(values[COUNT], rel=1e-3)
    pairs = eigenpairs.leading(lambda v: values * v, SIZE, COUNT)
    np.testing.assert_allclose(pairs.values, values[:COUNT], rtol=2e-4)
    assert pairs.put_in == 1 and pairs.complete.all() and pairs.converged(0.01).all()
    assert pairs.search.value == pytest.approx(values[COUNT + 3], rel=0.5)


@pytest.mark.parametrize("kind", ["apart", "nearly equal", "clustered"])
@pytest.mark.parametrize("end", ["positive", "negative"])
def test_nothing_is_put_in_where_nothing_was_skipped(kind, end):
    values = spectrum(kind) * (1 if end == "positive" else -1)
    pairs = eigenpairs.leading(lambda v: values * v, SIZE, COUNT, end)
    np.testing.assert_allclose(pairs.values, values[:COUNT], rtol=2e-4)
    assert pairs.complete.all() and pairs.search.steps >= deflation.LEAST


def test_the_check_can_fail_and_says_from_which_rank_on(blind, monkeypatch):
    monkeypatch.setattr(eigenpairs, "_SEARCHES", 1)
    values = spectrum("apart")
    pairs = eigenpairs.leading(lambda v: values * v, SIZE, COUNT)
    # One search meets the skipped eigenvalue and is not made again: all smaller ones are doubtful.
    assert pairs.complete.tolist() == [True] * (SKIPPED + 1) + [False] * (COUNT - SKIPPED - 1)
    rows = pd.DataFrame({"trial": 1, "network": "round_01", "complete": pairs.complete,
                         **skipped_eigenvalues.columns(pairs, "positive")})
    said = skipped_eigenvalues.statement(rows)
    assert "in 0 of 1 spectra" in said and "NOT certain is round_01 of trial 1" in said


def test_too_short_a_search_makes_nothing_certain(monkeypatch):
    monkeypatch.setattr(deflation, "MOST", 2)
    values = spectrum("clustered")
    assert not eigenpairs.leading(lambda v: values * v, SIZE, COUNT).complete[-1]


def test_a_spectrum_that_is_found_whole_leaves_little_to_search():
    matrix = np.diag([3.0, 2.0, 1.0]).astype(np.float32)
    pairs = eigenpairs.leading(lambda v: matrix @ v, 3, 1, tolerance=1e-6)
    np.testing.assert_allclose(pairs.values, [3.0], rtol=1e-5)
    assert pairs.complete.all()
