"""Spectrum and landscape of a convolutional network."""


import numpy as np
import pytest

from lth_keras import files
from lth_keras.analysis import Hessian, Landscape, run_measure
from lth_keras.compat import keras
from tests.analysis.small_runs import model, stored, table


def test_hessian_and_landscape_of_a_convolutional_network(tmp_path):
    run = stored(tmp_path, model(
        (4, 4, 2), (keras.layers.Conv2D, {
            "filters": 3, "kernel_size": 3, "activation": "tanh", "name": "a"}),
        (keras.layers.BatchNormalization, {"name": "n"}), (keras.layers.Flatten, {}),
        (keras.layers.Dense, {"units": 3, "name": "b"})), (4, 4, 2))
    rows = table(Hessian(networks=("round_00",), positive=2, tolerance=1e-6), run)
    # A Hessian of finite differences of the gradient, at its most convex.
    surface = run.surface({}, "train", 10_000)
    centre = run.network(1, "round_00").weights
    flat, columns, step = surface.trainable.flatten(centre), [], 1e-2
    for index in range(flat.size):
        ends = []
        for sign in (1, -1):
            moved = flat.copy()
            moved[index] += sign * step
            surface.load({**centre, **surface.trainable.unflatten(moved)})
            ends.append(surface.gradient().astype(float))
        columns.append((ends[0] - ends[1]) / (2 * step))
    dense = np.stack(columns)
    values = np.linalg.eigvalsh((dense + dense.T) / 2)[::-1][:2]
    np.testing.assert_allclose(rows.eigenvalue, values, rtol=0.01)

    for kind in ("random", "hessian"):
        measure = Landscape(
            kind=kind, points=3, reach=0.05, recompute=kind == "random", name=f"cut_{kind}")
        folder = run_measure(measure, run, lambda line: None)
        grid = files.read_npz(folder / "trial_01" / "arrays.npz")
        assert grid["loss"].shape == (3, 3) and np.isfinite(grid["loss"]).all()
        if kind == "hessian":
            assert grid["loss"][1, 1] == pytest.approx(surface.value(centre)[0], rel=1e-5)
            # Along the leading eigenvector the loss rises by reach²/2 and a linear part.
            rise = grid["loss"][1, [0, 2]].mean() - grid["loss"][1, 1]
            assert rise == pytest.approx(0.05**2 / 2, rel=0.1)
