"""Modes, families and distances of known samples."""

import numpy as np
import pytest

from lth_keras.analysis import weight_shapes as shapes


@pytest.mark.parametrize("draw, modes, family", [
    (lambda g: g.uniform(-1, 1, 20_000), None, "uniform"),
    (lambda g: g.standard_normal(20_000), 1, "normal"),
    (lambda g: g.laplace(size=20_000), 1, "laplace"),
    (lambda g: g.choice([-1, 1], 20_000) * (0.05 + g.exponential(0.03, 20_000)), 2,
     "gap + exponential, two-sided"),
    (lambda g: np.concatenate([g.normal(c, 0.1, 6000) for c in (-1, 0, 2)]), 3, "none"),
])
def test_modes_and_families_of_known_samples(draw, modes, family):
    values = draw(np.random.default_rng(5))
    if modes is not None:
        assert shapes.modes(values) == modes
    assert shapes.fit(values)["family"] == family


def test_standardised_distances_ignore_location_and_scale():
    values = np.random.default_rng(0).standard_normal(4000)
    distances = shapes.distances(values, 5 + 3 * values)
    assert distances["ks"] > 0.5 and distances["wasserstein"] > 4
    assert distances["shape_ks"] < 1e-3 and distances["shape_wasserstein"] < 1e-6
