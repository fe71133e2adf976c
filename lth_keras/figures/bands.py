"""What the band around a line of means shows: the 95 % interval, and of two trials both of them.

By Student's t the interval of two trials is 12.7 times as wide as they are apart. Bands of that
width fill a figure and hide what it is for; the tables have them.
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
    """What the band is, after 'Lines are means over trials, bands'."""
    return "from one trial to the other" if trials == 2 else "their 95 % interval"
