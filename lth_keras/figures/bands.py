"""The band around a line of means: the 95 % interval, or with two trials the two values.

By Student's t the interval of two trials is 12.7 times as wide as their distance. Bands of that
width would hide the curves; the tables have these intervals.
"""

import numpy as np
from scipy import stats

from lth_keras.statistics.intervals import CONFIDENCE

_WIDER = stats.t.ppf(0.5 + CONFIDENCE / 2, 1)


def drawn(mean, low, high, trials):
    """(low, high) of the band.

    Args:
      mean, low, high: arrays [n], as `mean_interval` gives them.
      trials: how many, for each; arrays [n] or a number.
    """
    narrow = np.where(np.asarray(trials) == 2, _WIDER, 1)
    return mean - (mean - low) / narrow, mean + (high - mean) / narrow


def words(trials):
    """The meaning of the band; it follows 'Lines are means over trials, bands'."""
    return "from one trial to the other" if trials == 2 else "their 95 % interval"
