"""Distances between networks, for each layer and for all layers together. Pure NumPy."""

import numpy as np


def distances(ours, theirs):
    """L2 distances of two networks {key: array}, layer by layer.

    Returns:
      A dict for each variable and for 'all': layer, distance, relative (to the norm of `theirs`),
      norm_ours, norm_theirs, cosine.
    """
    rows, sums = [], np.zeros(4)
    for key, array in ours.items():
        a, b = array.astype(np.float64).ravel(), theirs[key].astype(np.float64).ravel()
        parts = np.array([np.sum((a - b) ** 2), a @ a, b @ b, a @ b])
        sums += parts
        rows.append(_row(key, *parts))
    return [*rows, _row("all", *sums)]


def _row(layer, squared, ours, theirs, dot):
    return {
        "layer": layer, "distance": float(np.sqrt(squared)),
        "relative": float(np.sqrt(squared / theirs)) if theirs else float("nan"),
        "norm_ours": float(np.sqrt(ours)), "norm_theirs": float(np.sqrt(theirs)),
        "cosine": float(dot / np.sqrt(ours * theirs)) if ours and theirs else float("nan"),
    }
