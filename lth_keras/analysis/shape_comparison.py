"""Is the shape of a weight distribution the same in two runs? Quantiles, and a test over trials.

With tens of thousands of weights, a test over weights tells any two networks apart, trials of one
run included. So trials are the units here: the question is whether networks of two runs differ by
more than networks of one.
"""

import dataclasses

import numpy as np
from scipy import stats

from lth_keras.analysis.weight_shapes import standardised
from lth_keras.figures import charts

_RESAMPLES = 9_999
# Quantiles that the figure shows.
_SHARES = np.linspace(0.005, 0.995, 199)


@dataclasses.dataclass(frozen=True)
class ShapeTest:
    """What `shape_test` found.

    Attributes:
      between: mean Kolmogorov-Smirnov distance of networks of different runs, standardised.
      within: the same of networks of one run, the mean of both runs.
      p: share of arrangements of trials whose `between` − `within` is at least as large.
    """

    between: float
    within: float
    p: float


def shape_test(ours, theirs):
    """A permutation test of whether two runs' weights have one shape, with trials as units.

    The statistic is the mean distance between the runs less that within them (an energy statistic:
    Székely and Rizzo, "Testing for Equal Distributions in High Dimension", InterStat 2004, here of
    Kolmogorov-Smirnov distances). Under the hypothesis any arrangement of the trials among the two
    runs is as likely as this one; few trials are all arranged.

    Args:
      ours, theirs: a list for each run, of an array of weights [n] for each trial.

    Returns:
      A `ShapeTest`; None if a run has fewer than two trials with different weights.
    """
    runs = [[each for each in map(standardised, run) if each is not None]
            for run in (ours, theirs)]
    if min(map(len, runs)) < 2:
        return None
    samples = [*runs[0], *runs[1]]
    apart = np.zeros((len(samples), len(samples)))
    for first in range(len(samples)):
        for second in range(first):
            apart[first, second] = apart[second, first] = stats.ks_2samp(
                samples[first], samples[second], method="asymp").statistic

    def means(one, other):
        one, other = np.asarray(one, int), np.asarray(other, int)
        within = [apart[np.ix_(each, each)].sum() / (each.size * (each.size - 1))
                  for each in (one, other)]
        return apart[np.ix_(one, other)].mean(), np.mean(within)

    def statistic(one, other):
        between, within = means(one, other)
        return between - within

    indices = np.arange(len(runs[0])), np.arange(len(runs[0]), len(samples))
    found = stats.permutation_test(
        indices, statistic, permutation_type="independent", vectorized=False,
        n_resamples=_RESAMPLES, alternative="greater", rng=np.random.default_rng(0))
    return ShapeTest(*map(float, means(*indices)), float(found.pvalue))


def quantile_figure(ours, others, title, own_name):
    """Standardised quantiles of other runs against those of a run; one shape is the diagonal.

    Args:
      ours: {'start' or 'end': [weights of a trial, …]}.
      others: {run's name: the same}.
      title: the figure's.
      own_name: this run's name.
    """
    figure, panels = charts.panels(2, title=title)
    for panel, when in zip(panels, ("start", "end"), strict=True):
        x = _quantiles(ours[when])
        if x is not None:
            panel.plot(x[[0, -1]], x[[0, -1]], color="grey", linewidth=0.8, linestyle="--")
        for index, (name, theirs) in enumerate(others.items()):
            y = _quantiles(theirs[when])
            if x is not None and y is not None:
                panel.plot(x, y, color=charts.colour(index), label=name)
        charts.label(panel, f"quantile of {own_name}, in σ", "quantile of the other, in σ",
                     f"kept weights at the {when} of training", legend=False)
    charts.legend_below(figure, panels[0])
    return figure


def _quantiles(trials):
    each = [np.quantile(values, _SHARES) for values in map(standardised, trials)
            if values is not None]
    return np.mean(each, axis=0) if each else None  # Weights that are all equal have no shape.
