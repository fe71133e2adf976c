"""Whether a network matches another: the one notion of it, a test of non-inferiority."""

import math

# 0.2 points, as in "Linear Mode Connectivity and the Lottery Ticket Hypothesis" (Frankle et al.
# 2020), who apply it to the mean.
MARGIN = 0.002
ONE_TRIAL = "one trial"


def matching(difference, low, high, margin, trials):
    """Whether a difference of accuracies is shown to be no worse than −margin.

    Args:
      difference: ours − theirs, a mean over trials.
      low, high: its 95 % interval; NaN with one trial, and where all trials differ by equally
        much.
      margin: how much lower still counts as matching, 0 to 1.
      trials: how many the difference is of.

    Returns:
      'yes' where the whole interval lies above −margin (Piaggio et al., "Reporting of
      Noninferiority and Equivalence Randomized Trials", 2012), 'no' where it lies below it, else
      'open': these trials cannot tell. 'one trial' where it is of one, and None without a
      difference.
    """
    if math.isnan(difference):
        return None
    if math.isnan(low):
        return ONE_TRIAL if trials == 1 else "open"
    if low > -margin:
        return "yes"
    return "no" if high < -margin else "open"
