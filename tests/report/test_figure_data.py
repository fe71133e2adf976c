"""The arrays that a report's figures are drawn from, of a made-up run."""

import numpy as np
import pytest

from lth_keras.report import figure_data
from lth_keras.store.masks_and_weights import read_masks, read_start, read_weights
from lth_keras.store.stored_run import StoredRun


@pytest.fixture
def run(make_run):
    return StoredRun.load(make_run(trials=2, rounds=2, variants=("reinit",)))


def test_kept_weights_of_the_first_trial(run):
    networks = figure_data.kept_weights(run)
    assert [name for name, *_ in networks] == ["full", "ticket@01", "ticket@02"]
    name, start, end, samples = networks[2]
    folder = run.folder(1, "ticket", 2)
    masks, first, last = (
        read_masks(folder), read_start(run.paths, 1, folder.name), read_weights(folder))
    assert start.tolist() == np.concatenate([first[key][masks[key]] for key in masks]).tolist()
    assert end.tolist() == np.concatenate([last[key][masks[key]] for key in masks]).tolist()
    assert [drawn for drawn, _ in samples] == ["reinit@02"] and networks[0][3] == []


def test_shares_of_layers_are_means_over_trials(run):
    densities = figure_data.layer_densities(run)
    assert list(densities) == ["fc1/kernel", "out/kernel"]
    kept = [read_masks(run.folder(trial, "imp", 1))["fc1/kernel"].mean() for trial in (1, 2)]
    assert densities["fc1/kernel"][1] == (1, pytest.approx(np.mean(kept)))


def test_pixels_where_the_first_layer_reads_them(run):
    pixels, kernels, _ = figure_data.mask_maps(run)
    assert [round for round, _, _ in pixels] == [1, 2] and kernels == []
    masks = [read_masks(run.folder(trial, "imp", 2))["fc1/kernel"] for trial in (1, 2)]
    np.testing.assert_allclose(pixels[1][2], np.mean(masks, 0).mean(1).reshape(4, 4))


def test_kernels_where_it_does_not(run):
    run.header["data"]["input_shape"] = [5]
    pixels, kernels, round = figure_data.mask_maps(run)
    assert pixels == [] and round == 2
    masks = [read_masks(run.folder(trial, "imp", 2))["out/kernel"] for trial in (1, 2)]
    assert [key for key, _ in kernels] == ["fc1/kernel", "out/kernel"]
    np.testing.assert_allclose(kernels[1][1], np.mean(masks, 0))


def test_planes_have_inputs_down_and_outputs_across():
    window = np.arange(24.0).reshape(2, 3, 4)
    np.testing.assert_array_equal(figure_data.kernel_plane(window), window.mean(0))
    of = {"type": "Conv1DTranspose", "kernel": "kernel"}
    np.testing.assert_array_equal(figure_data.kernel_plane(window, of), window.mean(0).T)
    # Of 2 inputs into 3 heads of 4, and out of 2 heads of 3 into 4 outputs.
    attention = {"type": "MultiHeadAttention"}
    into = figure_data.kernel_plane(window, attention | {"kernel": "query/kernel"})
    np.testing.assert_array_equal(into, window.reshape(2, 12))
    out = figure_data.kernel_plane(window, attention | {"kernel": "output/kernel"})
    np.testing.assert_array_equal(out, window.reshape(6, 4))
    assert figure_data.kernel_plane(np.ones(3)).shape == (1, 3)
