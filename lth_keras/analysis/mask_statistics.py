"""Overlap of masks against chance, and units without weights under a mask. Pure NumPy."""

import math

import numpy as np

from lth_keras import masks as masks_lib
from lth_keras.errors import RunError


def overlap(ours, theirs):
    """How much two networks' masks share, per layer and in all.

    By chance, two masks that keep a and b of a layer's n weights, each placed uniformly, share a
    hypergeometric number: mean ab/n, variance ab(n−a)(n−b)/(n²(n−1)). Layers are independent.

    Returns:
      A dict for each layer and for 'all': layer, weights, kept_ours, kept_theirs, shared, jaccard,
      expected, expected_jaccard, z, nested (whether one lies within the other). z is NaN where
      the number has no variance by chance.

    Raises:
      RunError: the masks have other layers or shapes.
    """
    if {key: mask.shape for key, mask in ours.items()} != {
            key: mask.shape for key, mask in theirs.items()}:
        raise RunError("masks of different architectures cannot be compared weight by weight")
    counts = []
    for key, mask in ours.items():
        a, b, n = int(mask.sum()), int(theirs[key].sum()), mask.size
        shared = int(np.count_nonzero(mask & theirs[key]))
        variance = a * b * (n - a) * (n - b) / (n * n * (n - 1)) if n > 1 else 0.0
        counts.append((key, n, a, b, shared, a * b / n, variance))
    summed = ("all", *(sum(column) for column in list(zip(*counts, strict=True))[1:]))
    return [_compared(*each) for each in (*counts, summed)]


def _compared(layer, n, a, b, shared, expected, variance):
    union = a + b - shared
    return {
        "layer": layer, "weights": n, "kept_ours": a, "kept_theirs": b, "shared": shared,
        "jaccard": shared / union if union else math.nan,
        "expected": expected,
        "expected_jaccard": expected / (a + b - expected) if a + b else math.nan,
        "z": (shared - expected) / math.sqrt(variance) if variance > 0 else math.nan,
        "nested": shared == min(a, b),
    }


def units(masks, axes=None):
    """What a mask leaves of each layer's units (neurons or channels).

    Args:
      masks: {key: bool array}.
      axes: {key: (axes of its inputs, axes of its units)}, as a `PrunableWeight` has them; the
        last two axes where a key is not in it.

    Returns:
      A dict for each layer: layer, density, inputs and outputs with no kept weight, and of the
      kept weights per input (out-degree) and per output (in-degree) the mean, spread and extremes.
      An input of the first layer is a pixel (a channel, for a convolution).
    """
    rows = []
    for key, mask in masks.items():
        inputs, outputs = (axes or {}).get(key, ((mask.ndim - 2,), (mask.ndim - 1,)))
        row = {"layer": key, "density": masks_lib.density({key: mask})}
        for name, own in (("input", inputs), ("output", outputs)):
            others = tuple(axis for axis in range(mask.ndim) if axis not in own)
            degrees = np.ravel(mask.sum(axis=others))
            row |= {
                f"dead_{name}s": int(np.count_nonzero(degrees == 0)), f"{name}s": degrees.size,
                f"{name}_degree_mean": float(degrees.mean()),
                f"{name}_degree_std": float(degrees.std()),
                f"{name}_degree_min": int(degrees.min()),
                f"{name}_degree_max": int(degrees.max()),
                f"{name}_degree_by_chance_std": float(_chance_spread(mask, degrees.size)),
            }
        rows.append(row)
    return rows


def _chance_spread(mask, units_count):
    # Degrees under a mask placed uniformly: hypergeometric draws of each unit's weights.
    n, kept, own = mask.size, int(mask.sum()), mask.size // units_count
    if n < 2:
        return 0.0
    return math.sqrt(own * (kept / n) * (1 - kept / n) * (n - own) / (n - 1))


def sign_agreement(initial, trained, masks):
    """Share of the kept weights of each layer whose trained sign is the initial one."""
    shares = {}
    for key, mask in masks.items():
        same = np.sign(initial[key][mask]) == np.sign(trained[key][mask])
        shares[key] = float(same.mean()) if same.size else math.nan
    return shares
