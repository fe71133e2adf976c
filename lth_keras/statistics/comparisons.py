"""Which differences between networks a run supports: paired tests, corrected, with effect sizes."""

import math

import numpy as np
import pandas as pd

from lth_keras.metric import ACCURACY
from lth_keras.statistics.intervals import in_common, paired_difference
from lth_keras.statistics.noninferiority import matching
from lth_keras.statistics.summary import final_test_values

REFERENCES = ("ticket", "full")
COLUMNS = (
    "reference", "variant", "round", "density", "trials", "difference", "ci_low", "ci_high",
    "p", "p_holm", "effect_size", "margin", "matching",
)
SIGNIFICANCE = 0.05
# The words for one difference, in every table, figure and sentence. The star marks an interval that
# excludes 0: the note below the table says what it is worth.
CLEAR, CHANCE = "clear", "may be chance"
ALONE = f"{CHANCE} *"


def comparisons(metrics, margin, metric=ACCURACY):
    """Final test metric of each variant against the ticket of its round, and the full network.

    The rounds of IMP are not compared: they may train for another duration. All comparisons with
    one reference are one family of tests. There is no row where the reference is missing, or where
    the two networks have no trial in common.

    Args:
      metrics: what `read_csv` gives.
      margin: how much worse still counts as matching, in the metric's unit.
      metric: the `Metric` that networks are compared by.

    Returns:
      A DataFrame of `COLUMNS`. `difference` is variant − reference, paired by trial, with its
      95 % interval by Student's t; `p` of the two-sided paired t test; `p_holm` corrected over
      the family (Holm, 1979); `effect_size` Cohen's d_z, the mean of the paired differences over
      their standard deviation; `matching` is the result of `noninferiority.matching`. With one
      trial there is only `difference`, as also where the differences of all trials are equal and
      not 0.
    """
    finals = final_test_values(metrics, metric)
    density = metrics.groupby(["variant", "round"])["density"].mean()
    rows = []
    for reference in REFERENCES:
        family = [
            _row(reference, key, values, density[key], _reference(finals, reference, key[1]),
                 margin, metric)
            for key, values in finals.items() if key[0] not in ("imp", reference)
        ]
        family = [row for row in family if row is not None]
        for row, corrected in zip(family, holm([row["p"] for row in family]), strict=True):
            row["p_holm"] = corrected
        rows += family
    return pd.DataFrame(rows, columns=list(COLUMNS))


def significance(row):
    """CLEAR, ALONE or CHANCE for a row of `comparisons`; None without a test.

    ALONE: the interval of this difference excludes 0, but by Holm's correction it may be chance
    among so many comparisons.
    """
    if math.isnan(row["p_holm"]):
        return None
    if row["p_holm"] < SIGNIFICANCE:
        return CLEAR
    return ALONE if row["p"] < SIGNIFICANCE else CHANCE


def trial_differences(metrics, reference, metric=ACCURACY):
    """{(variant, round): [difference of each trial]}: what `comparisons` has the mean of.

    Args:
      metrics, metric: as in `comparisons`.
      reference: 'ticket' or 'full'.
    """
    finals = final_test_values(metrics, metric)
    paired = {}
    for key, ours in finals.items():
        theirs = _reference(finals, reference, key[1])
        if key[0] not in ("imp", reference) and theirs is not None:
            paired[key] = [ours[trial] - theirs[trial] for trial in in_common(ours, theirs)]
    return paired


def holm(p_values):
    """p values corrected for their number by Holm's step-down method; NaNs are not counted.

    The i-th smallest of n, from 0, is multiplied by n − i; none is smaller than the one before
    it, and none above 1. Reference: Holm, "A Simple Sequentially Rejective Multiple Test
    Procedure", 1979.
    """
    p_values = np.asarray(p_values, float)
    corrected = np.full(p_values.shape, math.nan)
    order = [i for i in np.argsort(p_values, kind="stable") if not math.isnan(p_values[i])]
    highest = 0.0
    for place, index in enumerate(order):
        highest = max(highest, min(1.0, p_values[index] * (len(order) - place)))
        corrected[index] = highest
    return corrected.tolist()


def effect_size(differences):
    """Cohen's d_z of paired differences: mean / standard deviation; NaN where that is 0 or NaN."""
    differences = np.asarray(differences, float)
    if differences.size < 2 or np.ptp(differences) < 1e-12:
        return math.nan
    return float(differences.mean() / differences.std(ddof=1))


def _reference(finals, reference, round):
    return finals.get(("full", 0) if reference == "full" else (reference, round))


def _row(reference, key, ours, density, theirs, margin, metric):
    common = [] if theirs is None else in_common(ours, theirs)
    if not common:
        return None
    difference, low, high, p = paired_difference(ours, theirs)
    return {
        "reference": reference, "variant": key[0], "round": key[1], "density": density,
        "trials": len(common), "difference": difference, "ci_low": low, "ci_high": high, "p": p,
        "effect_size": effect_size([ours[trial] - theirs[trial] for trial in common]),
        "margin": margin, "matching": matching(difference, low, high, margin, len(common),
                                               metric.sign),
    }
