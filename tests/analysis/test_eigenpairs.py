"""Eigenpairs of a matrix whose spectrum is known."""

import numpy as np
import pytest

from lth_keras.analysis import eigenpairs


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
