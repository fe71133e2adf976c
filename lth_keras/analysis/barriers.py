"""Barriers between networks along a straight line. Pure NumPy."""

import numpy as np


def barrier(values):
    """The highest value along the line minus the mean of its ends (LMC, section 2).

    Args:
      values: [points] of loss or error, ends included.
    """
    values = np.asarray(values, float)
    return float(values.max() - (values[0] + values[-1]) / 2)


def positions(points):
    """Shares of the way from 0 to 1, [points]."""
    return np.linspace(0.0, 1.0, points)
