"""Means and paired differences over trials with their 95 % intervals, by Student's t."""

import math

import numpy as np
from scipy import stats

CONFIDENCE = 0.95


def mean_interval(values):
    """(mean, low, high) of `values` [n], NaNs left out.

    The interval is mean ± t s/√n with the 97.5 % quantile t for n − 1 degrees of freedom; it is
    NaN for one value, and all three are NaN for none.
    """
    values = np.asarray(values, float)
    values = values[~np.isnan(values)]
    if not values.size:
        return math.nan, math.nan, math.nan
    # Computed relative to the first value, so that equal values have exactly their mean, and
    # deviation 0.
    shifted = values - values[0]
    mean = float(values[0] + shifted.mean())
    if values.size == 1:
        return mean, math.nan, math.nan
    error = shifted.std(ddof=1) / math.sqrt(values.size)
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2, values.size - 1) * error)
    return mean, mean - half, mean + half


def mean_intervals(values):
    """`mean_interval` of each column of `values` [n, m]: three arrays [m]."""
    values = np.asarray(values, float)
    counts = (~np.isnan(values)).sum(axis=0)
    # Columns without a value are left out: NumPy would warn of an empty mean.
    means, halves = np.full(counts.shape, math.nan), np.full(counts.shape, math.nan)
    for count in set(counts.tolist()) - {0}:
        columns = values[:, counts == count]
        present = columns.T[~np.isnan(columns.T)].reshape(-1, count)
        shifted = present - present[:, :1]
        means[counts == count] = present[:, 0] + shifted.mean(axis=1)
        if count > 1:
            error = shifted.std(axis=1, ddof=1) / math.sqrt(count)
            halves[counts == count] = stats.t.ppf(0.5 + CONFIDENCE / 2, count - 1) * error
    return means, means - halves, means + halves


def in_common(ours, theirs):
    """The trials for which both {trial: value} have a value, in the order of `ours`."""
    return [
        trial for trial in ours
        if trial in theirs and not math.isnan(ours[trial] - theirs[trial])
    ]


def paired_difference(ours, theirs):
    """(mean, low, high, p) of ours − theirs, paired by trial; p is of the two-sided t test.

    Args:
      ours, theirs: {trial: value}; trials that only one of them has are left out.

    Returns:
      NaN for low, high and p where one trial is in common; NaN for all four where none is. Where
      all differences are 0 the interval is [0, 0] and p is 1. Where they are all equal and not 0,
      low, high and p are NaN: accuracies are multiples of 1 / (number of examples), so that the
      differences of a few trials can be equal by chance, and then say nothing about their spread.
    """
    # Rounded, because 0.98 − 0.97 and 0.93 − 0.92 are not exactly equal in binary.
    differences = np.round(
        [ours[trial] - theirs[trial] for trial in in_common(ours, theirs)], 12)
    mean, low, high = mean_interval(differences)
    if differences.size < 2:
        return mean, low, high, math.nan
    error = (differences - differences[0]).std(ddof=1) / math.sqrt(differences.size)
    if error == 0:
        return (mean, low, high, 1.0) if mean == 0 else (mean, math.nan, math.nan, math.nan)
    p = 2 * stats.t.sf(abs(mean) / error, differences.size - 1)
    return mean, low, high, float(p)
