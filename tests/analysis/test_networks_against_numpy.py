"""Gradients, Jacobians, recomputed statistics and curvature of small networks, against NumPy."""

import types

import numpy as np
import pandas as pd
import pytest

from lth_keras import files
from lth_keras.analysis import AnalyzedRun, GradientFlow, Hessian, Landscape, Lines, run_measure
from lth_keras.analysis.loss_surface import LossSurface
from lth_keras.compat import keras
from lth_keras.data import from_arrays
from lth_keras.paths import RunPaths
from lth_keras.store import network_folder
from lth_keras.variables import named_variables, snapshot

MEAN, STD = 0.5, 2.0


def stored(root, build, shape, masks=None, seeds=(1, 2)):
    """An `AnalyzedRun` of rounds 0 and 1, its weights drawn at random, on 50 examples."""
    generator = np.random.default_rng(0)
    images = generator.standard_normal((50, *shape)).astype(np.float32)
    labels = np.arange(50) % 3
    data = from_arrays(images, labels, images[:20], labels[:20], mean=MEAN, std=STD)
    paths, masks = RunPaths(root), masks or {}
    for index, seed in enumerate(seeds):
        generator = np.random.default_rng(seed)
        weights = {
            key: np.abs(drawn) + 0.1 if "variance" in key else drawn
            for key, array in snapshot(named_variables(build())).items()
            for drawn in [generator.standard_normal(array.shape).astype(np.float32)]}
        found = {key: masks.get(key, np.ones(array.shape, bool))
                 for key, array in weights.items() if key.endswith("kernel")}
        folder = paths.network(1, f"round_{index:02d}")
        for name, arrays in (("weights.npz", weights), ("masks.npz", found)):
            files.write_npz(folder / name, arrays)
        network_folder.finish(folder, ["weights.npz", "masks.npz"], {
            "trial": 1, "variant": "imp", "round": index, "density": 1.0, "architecture": {},
            "diverged": False, "start_step": 0, "steps": 4})
        for place in (paths.initial(1), paths.rewind(1)):
            files.write_npz(place, weights)
    context = types.SimpleNamespace(
        paths=paths, data=data, build=build, prunable=[], steps_per_epoch=2,
        experiment=types.SimpleNamespace(trials=1), schedule=types.SimpleNamespace(rounds=1),
        steps=lambda text: int(text.removesuffix("it")))
    return AnalyzedRun(context)


def model(shape, *layers):
    """A function that builds a Keras model of these layers' classes and settings."""
    def build():
        inputs = x = keras.Input(shape)
        for kind, settings in layers:
            x = kind(**settings)(x)
        return keras.Model(inputs, x, name="small")
    return build


def table(measure, run):
    """What a measure leaves."""
    return pd.read_csv(run_measure(measure, run, lambda line: None) / "table.csv")


def inputs(run):
    """Training examples as the network sees them, [n, …] in float64, and their labels."""
    images, labels = run.examples("train")
    return (images.astype(float) - MEAN) / STD, labels


def test_gradients_and_jacobian_of_a_linear_network(tmp_path):
    dense = keras.layers.Dense
    mask = np.random.default_rng(5).random((4, 6)) < 0.6
    run = stored(tmp_path, model(
        (4,), (dense, {"units": 6, "use_bias": False, "name": "a"}),
        (dense, {"units": 3, "name": "b"})), (4,), {"a/kernel": mask})
    found = table(GradientFlow(networks=("round_01",), at=("0it",), jacobians=7), run)

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
    rows = found.set_index("layer")
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


def test_batch_normalisation_is_recomputed_at_each_end_of_a_line(tmp_path):
    norm = keras.layers.BatchNormalization
    run = stored(tmp_path, model(
        (4,), (keras.layers.Dense, {"units": 5, "name": "a"}), (norm, {"name": "n"}),
        (keras.layers.Dense, {"units": 3, "name": "b"})), (4,))
    # 50 examples are no multiple of 16: those that are left over count as well.
    found = table(Lines(
        pairs=(("round_00", "round_01"),), points=2, splits=("train",), batch_size=16,
        recompute=True), run).set_index("position").loss
    x, labels = inputs(run)
    network = run.context.build()
    surface = LossSurface(network, *run.examples("train"), run.data, 16)
    held = named_variables(network)
    for position in (0, 1):
        end = run.network(1, f"round_{position:02d}").weights
        weights = {key: array.astype(float) for key, array in end.items()}
        before = x @ weights["a/kernel"] + weights["a/bias"]
        mean, variance = before.mean(0), before.var(0)
        start = surface.layout.flatten(end)
        surface.values(start, np.zeros((1, start.size)), np.zeros((1, 1)), recompute=True)
        np.testing.assert_allclose(held["n/moving_mean"], mean, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(held["n/moving_variance"], variance, rtol=1e-4)
        hidden = (before - mean) / np.sqrt(variance + 1e-3) * weights["n/gamma"] + weights["n/beta"]
        logits = hidden @ weights["b/kernel"] + weights["b/bias"]
        loss = np.log(np.exp(logits).sum(1)) - logits[np.arange(len(x)), labels]
        assert found[position] == pytest.approx(loss.mean(), rel=1e-4)


def test_hessian_and_landscape_of_a_convolutional_network(tmp_path):
    run = stored(tmp_path, model(
        (4, 4, 2), (keras.layers.Conv2D, {
            "filters": 3, "kernel_size": 3, "activation": "tanh", "name": "a"}),
        (keras.layers.BatchNormalization, {"name": "n"}), (keras.layers.Flatten, {}),
        (keras.layers.Dense, {"units": 3, "name": "b"})), (4, 4, 2))
    found = table(Hessian(networks=("round_00",), positive=2, tolerance=1e-6), run)
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
    np.testing.assert_allclose(found.eigenvalue, values, rtol=0.01)

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
