"""A metric against latency, read off the drawn figure."""

import numpy as np

from lth_keras.figures import latencies, style


def test_milliseconds_across_and_per_cent_up():
    points = [
        {"name": "full", "group": "full", "seconds": 0.002, "low": 0.001, "high": 0.003,
         "mean": 0.9, "ci_low": 0.88, "ci_high": 0.92},
        {"name": "ticket", "group": "ticket", "seconds": 0.001, "low": 0.001, "high": 0.001,
         "mean": 0.8, "ci_low": np.nan, "ci_high": np.nan}]
    with style.settings():
        figure = latencies.metric_by_latency(points, "made up")
    (panel,) = figure.axes
    marks = {line.get_label(): line.get_xydata().tolist() for line in panel.lines
             if not line.get_label().startswith("_")}
    assert marks == {"full": [[2.0, 90.0]], "ticket": [[1.0, 80.0]]}
    # An interval and quartiles of the first; of the second there is no interval.
    assert len(panel.lines) == 2 + 2 + 1
    assert panel.get_xscale() == "log" and len({line.get_color() for line in panel.lines}) == 2
    assert latencies.metric_by_latency([], "made up") is None
