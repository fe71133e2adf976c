"""Are the shapes of two runs' weights the same: a permutation test, and quantiles."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy import stats

from lth_keras.analysis.shape_comparison import quantile_figure, shape_test
from lth_keras.analysis.weight_shapes import standardised


def normal(trials, seed, scale=1.0):
    random = np.random.default_rng(seed)
    return [random.normal(3.0, scale, 400) for _ in range(trials)]


def uniform(trials, seed):
    random = np.random.default_rng(seed)
    return [random.uniform(-1, 1, 400) for _ in range(trials)]


def test_other_shapes_are_told_apart_as_far_as_the_trials_can():
    found = shape_test(normal(4, 0), uniform(4, 1))
    # Of the 70 arrangements, this one and its mirror image are the most extreme.
    assert found.p == pytest.approx(2 / 70)
    assert found.between > 1.8 * found.within
    assert shape_test(normal(3, 0), uniform(3, 1)).p == pytest.approx(2 / 20)


def test_width_and_place_are_no_shape():
    found = shape_test(normal(4, 0), normal(4, 1, scale=0.01))
    assert found.p > 0.2 and found.between == pytest.approx(found.within, rel=0.3)


def test_the_distance_is_scipys_mean_over_pairs():
    ours, theirs = normal(2, 0), uniform(3, 1)
    pairs = [stats.ks_2samp(standardised(a), standardised(b)).statistic
             for a in ours for b in theirs]
    assert shape_test(ours, theirs).between == pytest.approx(np.mean(pairs))


def test_one_trial_or_equal_weights_cannot_be_tested():
    assert shape_test(normal(1, 0), normal(4, 1)) is None
    assert shape_test([np.ones(5), np.ones(5)], normal(4, 1)) is None


def test_equal_shapes_lie_on_the_diagonal():
    ours = {"start": normal(3, 0), "end": uniform(3, 1)}
    wider = {when: [5 * each + 1 for each in trials] for when, trials in ours.items()}
    figure = quantile_figure(ours, {"wider": wider}, "Shapes", "mnist, mlp")
    for panel in figure.axes:
        drawn = next(line for line in panel.lines if line.get_label() == "wider")
        np.testing.assert_allclose(drawn.get_xdata(), drawn.get_ydata(), atol=1e-9)
    plt.close(figure)


def test_weights_that_are_all_equal_have_no_line():
    ours = {"start": [np.ones(30)], "end": normal(2, 0)}
    figure = quantile_figure(ours, {"other": {"start": normal(2, 1), "end": []}}, "Shapes", "a")
    assert [len(panel.lines) for panel in figure.axes] == [0, 1]
    plt.close(figure)
