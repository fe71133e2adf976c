"""Gradients and Jacobians of a linear network, by NumPy."""


import numpy as np
import pytest

from lth_keras import files
from lth_keras.analysis import GradientFlow
from lth_keras.compat import keras
from tests.analysis.small_runs import inputs, model, stored, table


def test_gradients_and_jacobian_of_a_linear_network(tmp_path):
    dense = keras.layers.Dense
    mask = np.random.default_rng(5).random((4, 6)) < 0.6
    run = stored(tmp_path, model(
        (4,), (dense, {"units": 6, "use_bias": False, "name": "a"}),
        (dense, {"units": 3, "name": "b"})), (4,), {"a/kernel": mask})
    measured = table(GradientFlow(networks=("round_01",), at=("0it",), jacobians=7), run)

    weights = files.read_npz(run.paths.rewind(1))
    first, second = (weights[f"{name}/kernel"].astype(float) for name in "ab")
    first = first * mask
    x, labels = inputs(run)
    logits = x @ first @ second + weights["b/bias"]
    shares = np.exp(logits - logits.max(1, keepdims=True))
    shares /= shares.sum(1, keepdims=True)
    error = (shares - np.eye(3)[labels]) / len(x)
    expected = {"a/kernel": (x.T @ error @ second.T) * mask,
                "b/kernel": (x @ first).T @ error, "b/bias": error.sum(0)}
    rows = measured.set_index("layer")
    for key, gradient in expected.items():
        norm = np.linalg.norm(gradient)
        assert rows.gradient_norm[key] == pytest.approx(norm, rel=1e-4), key
        kept = mask.sum() if key == "a/kernel" else gradient.size
        assert rows.gradient_rms[key] == pytest.approx(norm / np.sqrt(kept), rel=1e-4), key
    # The Jacobian of a linear network is its matrix, at every example.
    singular = np.linalg.svd(first @ second, compute_uv=False)
    whole = rows.loc["all"]
    assert whole.largest_singular_value == pytest.approx(singular[0], rel=1e-4)
    assert whole.mean_singular_value == pytest.approx(singular.mean(), rel=1e-4)
    assert whole.geometric_singular_value == pytest.approx(np.prod(singular) ** (1 / 3), rel=1e-3)
    kept = files.read_npz(
        run.paths.root / "analysis/gradient_flow/trial_01-round_01/arrays.npz")
    np.testing.assert_allclose(
        kept["singular_values/0"], np.tile(singular, (7, 1)), rtol=1e-4)
