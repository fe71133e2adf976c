"""Trace, spectral density and log-volume of a matrix whose spectrum is known."""

import numpy as np
import pytest

from lth_keras.analysis import spectrum


def test_hutchinson_covers_the_trace(quadratic):
    matrix, values = quadratic
    estimate, error = spectrum.trace(lambda v: matrix @ v, 120, 200, seed=1)
    assert 0 < error < 0.05 * values.sum()
    assert abs(estimate - values.sum()) < 4 * error


def test_quadrature_gives_the_moments_of_the_spectrum(quadratic):
    matrix, values = quadratic
    nodes, weights = spectrum.quadrature(lambda v: matrix @ v, 120, 40, 30, seed=1)
    assert weights.sum() == pytest.approx(1, abs=1e-6)
    assert nodes @ weights == pytest.approx(values.mean(), rel=0.05)
    assert nodes**2 @ weights == pytest.approx((values**2).mean(), rel=0.05)
    grid, density = spectrum.density(nodes, weights)
    assert np.trapezoid(density, grid) == pytest.approx(1, abs=0.01)


def test_log_volume_is_that_of_the_ellipsoid():
    # Half-axes 1/2 and 1/3 for λ = 4 and 9: the volume's factor is 1/6. Negative ones stay out.
    assert spectrum.log_volume([9.0, 4.0, -1.0]) == pytest.approx(-np.log(6))


def test_the_spectrum_of_nothing_is_zero():
    nodes, weights = spectrum.quadrature(lambda vector: np.zeros_like(vector), 30, 5, 2)
    assert (nodes == 0).all() and weights.sum() == pytest.approx(1)
