"""Dropping some weights of a layer and growing as many: the arithmetic that update rules share."""

import math

import numpy as np

_STRIDE = 16


def cosine_decay(share, progress):
    """share/2 · (1 + cos(π·progress)): `share` at the beginning, 0 at the end."""
    return share / 2 * (1 + math.cos(math.pi * progress))


def highest(scores, candidates, count):
    """A mask of the `count` highest-scored candidates; of equal scores the later ones.

    It partitions and does not sort, and partitions only what can be among the highest: to sort a
    large layer would take as long as many updates.

    Args:
      scores: array.
      candidates: bool array of its shape.
      count: at most as many as there are candidates.
    """
    chosen = np.zeros(scores.size, bool)
    places = np.flatnonzero(candidates)
    if count:
        values = np.ravel(scores)[places]
        places, values = _promising(places, values, count)
        threshold = np.partition(values, values.size - count)[values.size - count]
        above = values > threshold
        chosen[places[above]] = True
        ties = places[values == threshold]
        chosen[ties[ties.size - (count - np.count_nonzero(above)):]] = True
    return chosen.reshape(scores.shape)


def _promising(places, values, count):
    """Those of `values` [n] that are no lower than a bound, with their places; at least `count`.

    The bound is a quantile of every 16th value, so low that as a rule enough values reach it; where
    they do not, all are given back. It decides nothing but how long the partition takes.
    """
    sample = values[::_STRIDE]
    place = count // _STRIDE * 5 // 4 + 32
    if place >= sample.size:
        return places, values
    bound = np.partition(sample, sample.size - place)[sample.size - place]
    reached = values >= bound
    if np.count_nonzero(reached) < count:
        return places, values
    return places[reached], values[reached]


def drop(mask, scores, count):
    """`mask` without its `count` lowest-scored weights."""
    return highest(scores, mask, np.count_nonzero(mask) - count)


def grow(mask, scores, count):
    """`mask` with the `count` highest-scored of the weights that it lacks."""
    return mask | highest(scores, ~mask, count)


def grow_at_random(mask, count, generator):
    """`mask` with `count` of the weights that it lacks, each as likely as any other."""
    grown = mask.copy()
    places = np.flatnonzero(~mask)
    grown.flat[generator.choice(places, count, replace=False, shuffle=False)] = True
    return grown
