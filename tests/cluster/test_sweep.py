"""The points of a sweep."""

from lth_keras.cluster.sweep import Sweep


def test_points_of_a_sweep():
    axes = {"Adam.learning_rate": [1e-3, 2e-3], "Experiment.optimizer": ["@SGD()"]}
    points = Sweep(axes).points()
    assert [point.label for point in points] == [
        "learning_rate_0.001_optimizer_SGD", "learning_rate_0.002_optimizer_SGD"]
    assert points[1].bindings == (
        "Adam.learning_rate = 0.002", "Experiment.optimizer = @SGD()", "Sweep.axes = {}")
    (only,) = Sweep().points()
    assert only.bindings == () and only.label == ""
