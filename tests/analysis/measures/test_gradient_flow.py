"""Gradients and Jacobians of a linear network, by NumPy."""

import types

import numpy as np
import pytest

from lth_keras import files
from lth_keras.analysis import GradientFlow, loss_surface
from lth_keras.analysis.measures import gradient_flow
from lth_keras.compat import keras
from tests.analysis.small_runs import MEAN, STD, inputs, measured, model, stored, table


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


def linear(tmp_path, *before):
    """A stored run of a network without activations on four inputs."""
    return stored(tmp_path, model(
        (4,), *before, (keras.layers.Dense, {"units": 3, "name": "b"})), (4,))


def test_where_inputs_are_looked_up_there_are_no_singular_values(tmp_path):
    embed, flatten = keras.layers.Embedding, keras.layers.Flatten
    run = linear(tmp_path, (embed, {"input_dim": 3, "output_dim": 2, "name": "e"}), (flatten, {}))
    tokens = np.arange(run.data.images.size).reshape(run.data.images.shape) % 3
    run.data.images[:] = MEAN + STD * tokens
    said, rows = measured(GradientFlow(at=("0it",)), run)
    assert "look their inputs up, as tokens, so that outputs have no derivative" in said
    assert "nan" not in said and "lowest gradient norm at the start: round_01" in said
    whole = rows[rows.layer == "all"]
    assert len(whole) == 2 and (whole.gradient_norm > 0).all()
    assert whole.filter(like="singular_value").isna().all(axis=None)


@pytest.mark.parametrize("most, taken, statement", [
    (4 * 12 * 5, 5, "singular values are over 5 examples and not the 7 asked for: "),
    (4 * 12 - 1, 0, "there are no singular values: one example's Jacobian has 3 × 4 numbers"),
])
def test_jacobians_are_bounded(tmp_path, monkeypatch, most, taken, statement):
    monkeypatch.setattr(gradient_flow, "_MOST_BYTES", most)
    # Two examples at a time: five take three calls.
    monkeypatch.setattr(loss_surface, "_JACOBIANS_AT_A_TIME", 4 * 12 * 2)
    run = linear(tmp_path)
    said, rows = measured(GradientFlow(("round_00",), ("0it",), jacobians=7), run)
    assert statement in said
    arrays = run.paths.root / "analysis/gradient_flow/trial_01-round_00/arrays.npz"
    assert arrays.exists() == bool(taken)
    assert rows.largest_singular_value.notna().any() == bool(taken)
    if taken:
        kernel = files.read_npz(run.paths.rewind(1))["b/kernel"]
        np.testing.assert_allclose(
            files.read_npz(arrays)["singular_values/0"],
            np.tile(np.linalg.svd(kernel, compute_uv=False), (taken, 1)), rtol=1e-4)


@pytest.mark.parametrize("diverged, steps", [(False, [5, 25]), (True, [5])])
def test_the_step_at_which_a_network_diverged_is_left_out(diverged, steps):
    run = types.SimpleNamespace(context=types.SimpleNamespace(
        steps=lambda duration: {"0ep": 0, "2ep": 20}[duration]))
    facts = {"start_step": 5, "steps": 25, "diverged": diverged}
    assert GradientFlow(at=("0ep", "2ep"))._steps(run, facts) == steps


def test_weights_that_are_no_numbers_have_no_singular_values(tmp_path, monkeypatch):
    monkeypatch.setattr(loss_surface.LossSurface, "input_jacobians",
                        lambda self, count: np.full((count, 3, 4), np.nan))
    rows = measured(GradientFlow(("round_00",), ("0it",), jacobians=2), linear(tmp_path))[1]
    assert rows.largest_singular_value.isna().all() and (rows.gradient_norm > 0).any()
