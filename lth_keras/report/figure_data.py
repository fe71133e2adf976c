"""The arrays that a report's figures are drawn from, read from the stored run."""

import numpy as np

from lth_keras import masks
from lth_keras.figures import mask_planes
from lth_keras.figures.style import spread
from lth_keras.paths import network_label
from lth_keras.store.masks_and_weights import read_masks, read_start, read_weights

_MOST_MAPS = 8
_MOST_LAYERS = 8
_MOST_NETWORKS = 3
# The variants that start from draws of the ticket's own distribution of weights.
_DRAWN = ("reinit", "reinit_trained")
# Kernels of an attention: [inputs, heads, size], and [heads, size, outputs].
_INTO_HEADS, _OUT_OF_HEADS = ("query/kernel", "key/kernel", "value/kernel"), ("output/kernel",)


def first_trial_subject(run):
    """The subtitle of a figure of one trial: network, data, which trial of how many."""
    return f"{run.network} on {run.data}, trial {_first_trial(run)} of {run.trials}"


def kept_weights(run):
    """The weights that full and some tickets keep, of the first trial.

    Args:
      run: `StoredRun`.

    Returns:
      What `weight_distributions` takes.
    """
    trial = _first_trial(run)
    networks = [("full", 0)] if run.folder(trial, "full", 0) else []
    rounds = [round for round in run.rounds("ticket") if run.folder(trial, "ticket", round)]
    networks += [("ticket", round) for round in spread(rounds, _MOST_NETWORKS - len(networks))]
    return [_kept_weights_of(run, trial, variant, round) for variant, round in networks]


def _kept_weights_of(run, trial, variant, round):
    folder = run.folder(trial, variant, round)
    samples = [
        (network_label(drawn, round), _survivors(other, read_start(run.paths, trial, other.name)))
        for drawn in _DRAWN
        if variant == "ticket" and (other := run.folder(trial, drawn, round))
    ]
    return (
        network_label(variant, round),
        _survivors(folder, read_start(run.paths, trial, folder.name)),
        _survivors(folder, read_weights(folder)), samples,
    )


def _survivors(folder, weights):
    return np.concatenate([weights[key][mask] for key, mask in read_masks(folder).items()])


def layer_densities(run):
    """{layer: [(round of IMP, share of its weights kept, mean over trials)]}, in model order."""
    kept_by_layer, sizes = {}, run.header["prunable_weights"]
    for facts in run.facts.values():
        if facts["variant"] == "imp":
            for layer, kept in facts["kept_weights"].items():
                kept_by_layer.setdefault(layer, {}).setdefault(facts["round"], []).append(kept)
    return {
        layer: [(round, float(np.mean(kept)) / sizes[layer])
                for round, kept in kept_by_layer[layer].items()]
        for layer in mask_planes.in_order(kept_by_layer, run.header) if sizes[layer]
    }


def mask_maps(run):
    """(pixel maps of rounds, kernel maps of the last round, that round).

    A run has pixel maps where the first layer reads the input's pixels, else kernel maps.
    """
    folders = _folders_by_round(run)
    pruned = [round for round in folders if round > 0]
    if not pruned:
        return [], [], 0
    maps = _pixel_maps(run, {round: folders[round] for round in spread(pruned, _MOST_MAPS)})
    if maps:
        return maps, [], 0
    return [], _kernel_planes(run, folders[pruned[-1]]), pruned[-1]


def _pixel_maps(run, folders):
    """[(round, density, plane)] for {round: folders}; empty where pixels have no meaning."""
    shape, maps = tuple(run.header["data"]["input_shape"]), []
    for round, of_round in folders.items():
        masks_by_trial = [read_masks(folder) for folder in of_round]
        first = mask_planes.in_order(masks_by_trial[0], run.header)[0]
        full = mask_planes.input_pixels(np.ones_like(masks_by_trial[0][first]), shape)
        if full is None:
            return []
        planes = [mask_planes.input_pixels(each[first], shape) for each in masks_by_trial]
        density = np.mean([masks.density(each) for each in masks_by_trial])
        maps.append((round, float(density), np.mean(planes, 0) / full))
    return maps


def _kernel_planes(run, folders):
    """[(layer, share kept by input and output)] of some layers, mean over `folders`."""
    masks_by_trial = [read_masks(folder) for folder in folders]
    rows = {f"{row['layer']}/{row['kernel']}": row for row in run.header.get("kernels", ())}
    return [
        (key, kernel_plane(np.mean([each[key] for each in masks_by_trial], axis=0), rows.get(key)))
        for key in spread(mask_planes.in_order(masks_by_trial[0], run.header), _MOST_LAYERS)
    ]


def kernel_plane(mean, row=None):
    """A kernel's mask as a plane [inputs, outputs], the mean over a convolution's window.

    Args:
      mean: shares of a kernel's shape.
      row: its row of run.json's `kernels`, which says the layer's class; None where there is none.
    """
    layer, kernel = ("", "") if row is None else (row["type"], row["kernel"])
    if mean.ndim == 3 and kernel.endswith(_INTO_HEADS):
        mean = mean.reshape(len(mean), -1)
    elif mean.ndim == 3 and kernel.endswith(_OUT_OF_HEADS):
        mean = mean.reshape(-1, mean.shape[-1])
    elif layer.endswith("Transpose"):  # [*window, outputs, inputs]
        mean = mean.swapaxes(-1, -2)
    if mean.ndim > 2:
        mean = mean.mean(axis=tuple(range(mean.ndim - 2)))
    return np.atleast_2d(mean)


def _folders_by_round(run):
    """{round of IMP: [folder of each trial]} of the stored networks."""
    trials = sorted({trial for trial, _ in run.facts})
    return {
        round: [folder for trial in trials if (folder := run.folder(trial, "imp", round))]
        for round in run.rounds("imp")
    }


def _first_trial(run):
    return min((trial for trial, _ in run.facts), default=1)
