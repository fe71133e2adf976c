"""Whether a network matches another: the test of non-inferiority that all tables use."""

import math

ONE_TRIAL = "one trial"


def matching(difference, low, high, margin, trials, sign=1):
    """Whether a difference of a metric is shown to be no worse than the margin.

    Args:
      difference: ours − theirs, a mean over trials.
      low, high: its 95 % interval; NaN with one trial, and where all trials differ by equally
        much.
      margin: how much worse still counts as matching, in the difference's unit.
      trials: the number of trials.
      sign: 1 where higher is better, else −1. "Above" and "below" are for 1.

    Returns:
      'yes' where the whole interval lies above −margin (Piaggio et al., "Reporting of
      Noninferiority and Equivalence Randomized Trials", 2012), 'no' where it lies below −margin,
      else 'open': these trials cannot decide. 'one trial' with one trial, and None without a
      difference.
    """
    if math.isnan(difference):
        return None
    if math.isnan(low):
        return ONE_TRIAL if trials == 1 else "open"
    if sign < 0:
        low, high = -high, -low
    if low > -margin:
        return "yes"
    return "no" if high < -margin else "open"
