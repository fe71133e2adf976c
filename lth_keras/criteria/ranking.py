"""From scores to masks: which of the remaining weights are pruned. Pure NumPy.

Exactly as many weights are pruned as the schedule says. Among equal scores the one that is earlier
in memory is pruned first (a stable order), so that equal scores always give the same mask.
"""

import math

import numpy as np

from lth_keras.errors import RunError
from lth_keras.masks import Arrays


def removal_count(rate: float, remaining: int) -> int:
    """How many of `remaining` weights are pruned at `rate`: ⌈rate · (remaining − 1)⌉.

    This is the number of `remaining` distinct values strictly below NumPy's percentile 100·rate,
    the rule in the Distributions paper's code. The product is first rounded at the 12th digit: 0.07
    · 100 is a little over 7 in binary, and would prune one weight too many.
    """
    return max(0, math.ceil(round(rate * (remaining - 1), 12)))


def kept_after(rate: float, remaining: int) -> int:
    """How many of `remaining` weights stay at `rate`."""
    return remaining - removal_count(rate, remaining)


def prune_layerwise(scores: Arrays, masks: Arrays, counts: dict[str, int]) -> Arrays:
    """Keeps in each layer the `counts[key]` remaining weights with the highest scores.

    Args:
      scores: {key: array of scores}; higher is kept.
      masks: {key: bool array} of the weights that are still there.
      counts: {key: number to keep after this round}.

    Returns:
      New masks, nested in `masks`.

    Raises:
      RunError: a score is NaN, or more weights are to be kept than remain.
    """
    return {
        key: _keep_highest(scores[key], masks[key], counts[key], key) for key in masks
    }


def prune_globally(scores: Arrays, masks: Arrays, count: int, minimum: int = 0) -> Arrays:
    """Keeps the `count` highest-scored weights over all layers together.

    Layers compete: the scores decide each layer's share. Where scores are equal, the order of the
    keys decides. Arguments and errors as in `prune_layerwise`, and:

    Args:
      minimum: how many of its weights each layer keeps in any case, those with the highest scores;
        all if it has fewer. They are among the `count`.
    """
    least = {key: min(minimum, int(np.count_nonzero(mask))) for key, mask in masks.items()}
    if sum(least.values()) > count:
        raise RunError(
            f"all layers: {count} weights are to be kept, fewer than {minimum} for each layer"
        )
    keys = list(masks)
    safe = prune_layerwise(scores, masks, least)
    rest = {key: masks[key] & ~safe[key] for key in keys}
    flat_scores = np.concatenate([np.ravel(scores[key]) for key in keys])
    flat_masks = np.concatenate([np.ravel(rest[key]) for key in keys])
    keep = _keep_highest(flat_scores, flat_masks, count - sum(least.values()), "all layers")
    parts = np.split(keep, np.cumsum([masks[key].size for key in keys])[:-1])
    return {
        key: safe[key] | part.reshape(masks[key].shape)
        for key, part in zip(keys, parts, strict=True)
    }


def _keep_highest(scores, mask, count, name):
    there = np.flatnonzero(mask)
    if count > there.size:
        raise RunError(f"{name}: {count} weights are to be kept but only {there.size} are there")
    candidates = np.ravel(scores)[there]
    if np.isnan(candidates).any():
        raise RunError(f"{name}: a score is not a number; the network has probably diverged")
    keep = np.zeros(mask.size, bool)
    # Stable ascending order: of equal scores the earlier is removed first.
    order = np.argsort(candidates, kind="stable")
    keep[there[order[there.size - count :]]] = True
    return keep.reshape(mask.shape)
