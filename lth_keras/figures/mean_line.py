"""A line of means over trials with the band around it: the one way to draw it."""

import numpy as np

from lth_keras.figures import bands
from lth_keras.statistics.intervals import mean_interval


def draw_mean(panel, table, x, y, name, floor=None, **options):
    """Draws the mean over trials of the column `y` against `x`, and its band (`bands.drawn`).

    Args:
      panel: Axes.
      table: the rows of one line: columns `x` and `y`, a row for each trial and position.
      x, y: names of columns.
      name: for the legend.
      floor: a function of the means [n] that gives the lowest value of the band: on a logarithmic
        axis an interval may reach below 0, which is endlessly far down. None for no limit.
      options: of `plot`.
    """
    points = [
        (position, *mean_interval(rows[y].to_numpy()), rows[y].notna().sum())
        for position, rows in table.groupby(x)
    ]
    if not points:
        return
    positions, means, lows, highs, trials = np.array(points, float).T
    lows, highs = bands.drawn(means, lows, highs, trials)
    if floor is not None:
        lows = np.maximum(lows, floor(means))
    (line,) = panel.plot(positions, means, label=name, **options)
    panel.fill_between(positions, lows, highs, color=line.get_color(), alpha=0.16, linewidth=0)
