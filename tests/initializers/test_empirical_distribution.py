"""The empirical distribution: measuring, drawing, storing, refusals."""

import numpy as np
import pytest
from scipy import stats

from lth_keras.errors import ConfigurationError
from lth_keras.initializers import EmpiricalDistribution

GAP = 0.049
WAYS = ("sample_values", "sample_histogram")


def ticket(seed=0):
    """Weights like a trained ticket's: wide tails, none within ±GAP; a fifth is masked."""
    rng = np.random.default_rng(seed)
    sizes = {"fc1/kernel": (100, 60), "fc2/kernel": (60, 30)}
    weights, masks = {}, {}
    for layer, shape in sizes.items():
        tail = rng.gamma(2, 0.05, shape)
        weights[layer] = (rng.choice([-1, 1], shape) * (GAP + tail)).astype(np.float32)
        masks[layer] = (rng.random(shape) < 0.8).astype(np.float32)
    weights["fc1/bias"] = np.ones(60, np.float32)
    return weights, masks


def measured(**layers):
    """A distribution of unmasked layers, 4 bins."""
    weights = {key: np.array(values, np.float32) for key, values in layers.items()}
    masks = {key: np.ones(values.shape, bool) for key, values in weights.items()}
    return EmpiricalDistribution.measure(weights, masks, "initial", bins=4)


@pytest.mark.parametrize("layer", [None, "fc1/kernel", "fc2/kernel"])
@pytest.mark.parametrize("way", WAYS)
def test_samples_follow_the_distribution_and_leave_the_gap_empty(way, layer):
    distribution = EmpiricalDistribution.measure(*ticket(), "trained")
    draw = getattr(distribution, way)(20_000, np.random.default_rng(1), layer)
    values = distribution.values(layer)

    assert draw.dtype == np.float32 and draw.shape == (20_000,)
    assert stats.ks_2samp(draw, values).pvalue > 0.01
    inside = (draw > values[values < 0].max()) & (draw < values[values > 0].min())
    assert inside.sum() == 0
    assert np.abs(draw).min() >= GAP
    assert draw.min() >= values.min() and draw.max() <= values.max()


@pytest.mark.parametrize("layer", [None, "fc1/kernel", "fc2/kernel"])
def test_the_same_statistic_rejects_a_gaussian_of_equal_mean_and_deviation(layer):
    values = EmpiricalDistribution.measure(*ticket(), "trained").values(layer)
    draw = np.random.default_rng(1).normal(values.mean(), values.std(), 20_000)
    assert stats.ks_2samp(draw, values).pvalue < 1e-6
    assert (np.abs(draw) < GAP).any()


def test_only_surviving_weights_that_are_not_zero_count_and_biases_do_not():
    weights = {
        "a/kernel": np.array([[1.0, 0.0], [-2.0, 3.0]]), "a/bias": np.array([9.0]),
        "b/kernel": np.array([4.0, 5.0]),
    }
    masks = {"b/kernel": np.array([0, 1]), "a/kernel": np.array([[True, True], [True, False]])}
    distribution = EmpiricalDistribution.measure(weights, masks, "initial")
    assert distribution.layers == ("a/kernel", "b/kernel")
    assert distribution.values("a/kernel").tolist() == [1, -2]
    assert distribution.values("b/kernel").tolist() == [5]
    assert distribution.values().tolist() == [1, -2, 5]


@pytest.mark.parametrize(
    "values, kolmogorov_smirnov, wasserstein",
    [
        # Worked by hand: F steps at 1, 2, 3 by 1/3; G rises by 1/3 over [1, 2], 2/3 over [2, 3].
        ([1, 2, 3], 1 / 3, 1 / 3),
        ([2, 2, 2], 0, 0),
        ([-1, -1, 4], 0, 0),
        # F steps by 1/2 at 0.5 and 1.5; G has 1/2 in each of [0.5, 1] and [1, 1.5].
        ([0.5, 1.5], 1 / 2, 1 / 4),
    ],
)
def test_distance_by_hand(values, kolmogorov_smirnov, wasserstein):
    distance = measured(a=values).distance("a")
    assert distance["kolmogorov_smirnov"] == pytest.approx(kolmogorov_smirnov, abs=1e-12)
    assert distance["wasserstein"] == pytest.approx(wasserstein, abs=1e-12)


def test_distance_agrees_with_a_large_sample():
    distribution = EmpiricalDistribution.measure(*ticket(), "trained", bins=16)
    values = distribution.values()
    draw = distribution.sample_histogram(500_000, np.random.default_rng(0))
    distance = distribution.distance()
    assert distance["kolmogorov_smirnov"] == pytest.approx(
        stats.ks_2samp(draw, values).statistic, abs=3e-3
    )
    assert distance["wasserstein"] == pytest.approx(
        stats.wasserstein_distance(draw, values), abs=3e-4
    )


def test_saved_bytes_are_the_same_again(tmp_path):
    first = EmpiricalDistribution.measure(*ticket(), "trained")
    first.save(tmp_path / "first.npz")
    loaded = EmpiricalDistribution.load(tmp_path / "first.npz")
    loaded.save(tmp_path / "second.npz")
    EmpiricalDistribution.measure(*ticket(), "trained").save(tmp_path / "third.npz")

    content = (tmp_path / "first.npz").read_bytes()
    assert (tmp_path / "second.npz").read_bytes() == content
    assert (tmp_path / "third.npz").read_bytes() == content
    assert loaded.source == "trained" and loaded.layers == first.layers
    for layer in (None, *first.layers):
        np.testing.assert_array_equal(loaded.values(layer), first.values(layer))
        for way in WAYS:
            draws = [
                getattr(each, way)(50, np.random.default_rng(3), layer) for each in (first, loaded)
            ]
            np.testing.assert_array_equal(*draws)


def test_an_empty_layer_is_stored_but_not_sampled(tmp_path):
    distribution = measured(**{"full/kernel": [1, 2], "empty/kernel": [0, 0]})
    distribution.save(tmp_path / "d.npz")
    for each in (distribution, EmpiricalDistribution.load(tmp_path / "d.npz")):
        assert each.values().tolist() == [1, 2]
        for way in (*WAYS, "distance"):
            arguments = () if way == "distance" else (3, np.random.default_rng(0))
            with pytest.raises(ConfigurationError, match="'empty/kernel'"):
                getattr(each, way)(*arguments, layer="empty/kernel")


def test_a_ticket_without_weights_is_refused():
    with pytest.raises(ConfigurationError, match="any layer"):
        measured(a=[0.0]).sample_values(1, np.random.default_rng(0))


@pytest.mark.parametrize(
    "change, words",
    [
        ({"source": "guess"}, "'guess'"),
        ({"bins": 5}, "5; expected an even number"),
        ({"masks": {"b/kernel": [1, 1]}}, "'b/kernel' but no weights"),
        ({"masks": {"a/kernel": [1]}}, r"\(1,\)"),
        ({"masks": {"a/kernel": [1, 0.5]}}, "0.5"),
        ({"weights": {"a/kernel": [1, np.nan]}}, "nan"),
    ],
)
def test_wrong_input_is_named(change, words):
    arguments = {
        "weights": {"a/kernel": [1, 2]}, "masks": {"a/kernel": [1, 1]}, "source": "initial",
    }
    with pytest.raises(ConfigurationError, match=words) as error:
        EmpiricalDistribution.measure(**(arguments | change))
    assert "\n" not in str(error.value)


def test_an_unknown_layer_and_a_wrong_file_are_named(tmp_path):
    with pytest.raises(ConfigurationError, match="'b'; it has a"):
        measured(a=[1]).values("b")
    with pytest.raises(ConfigurationError, match="no weight distribution at"):
        EmpiricalDistribution.load(tmp_path / "none.npz")
    np.savez(tmp_path / "weights.npz", kernel=np.ones(3))
    with pytest.raises(ConfigurationError, match="holds no weight distribution"):
        EmpiricalDistribution.load(tmp_path / "weights.npz")
