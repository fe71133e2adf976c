"""What the figure of differences shows, read off the drawn figure."""

import numpy as np
import pandas as pd

from lth_keras.figures import forest, style


def test_a_difference_without_an_interval_is_a_cross():
    row = {"reference": "full", "variant": "ticket", "density": 0.5, "trials": 2, "p_holm": np.nan,
           "difference": -0.01, "ci_low": np.nan, "ci_high": np.nan}
    other = row | {"ci_low": -0.02, "ci_high": 0.0}
    one = row | {"trials": 1}
    with style.settings():
        rows = [each | {"round": i} for i, each in enumerate((row, other, one), 1)]
        figure = forest.forest(pd.DataFrame(rows), "full", 0.002, "x")
        lines = figure.axes[0].lines
        markers = [line.get_marker() for line in lines if len(line.get_xdata()) == 1]
    assert markers == ["x", "o", "o"]
