"""Weight rules by hand, on a job of one layer; `test_variant.py` has them in a run."""

import types

import numpy as np
import pytest

from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment import (
    EmpiricalDraw,
    FreshDraw,
    InitialWeights,
    RewoundWeights,
    SignedDraw,
    TrainedWeights,
)
from lth_keras.initializers import EmpiricalDistribution
from lth_keras.rewinding import RewindPoint

KEY, BIAS = "fc/kernel", "fc/bias"
MASKS = {KEY: np.ones((2, 2), bool)}
INITIAL = {KEY: np.array([[1.0, -2.0], [3.0, -4.0]], np.float32), BIAS: np.zeros(2, np.float32)}
FRESH = {KEY: np.array([[-5.0, -6.0], [7.0, 8.0]], np.float32), BIAS: np.ones(2, np.float32)}


def job(draws_afresh=True):
    return types.SimpleNamespace(
        label="mine", round=2, context=types.SimpleNamespace(draws_afresh=draws_afresh),
        initial=lambda: RewindPoint(INITIAL),
        rewind_point=lambda with_biases=True: RewindPoint({"k": 0}, 10, {}),
        fresh_weights=lambda: FRESH, weights_of=lambda name: name,
        step_of=lambda name: f"step of {name}", optimizer_of=lambda name: f"optimizer of {name}")


def test_points_of_the_trial():
    assert InitialWeights().point(job(), MASKS) == RewindPoint(INITIAL)
    assert RewoundWeights().point(job(), MASKS) == RewindPoint({"k": 0}, 10, {})
    assert FreshDraw().point(job(), MASKS) == RewindPoint(FRESH)


def test_signs_are_theta_0s_and_magnitudes_are_not():
    weights = SignedDraw().point(job(), MASKS).weights
    assert weights[KEY].tolist() == [[5, -6], [7, -8]] and weights[BIAS].tolist() == [1, 1]
    constant = SignedDraw(constant=True).point(job(), MASKS).weights[KEY]
    sigma = np.std([1, -2, 3, -4])
    np.testing.assert_allclose(constant, [[sigma, -sigma], [sigma, -sigma]], rtol=1e-6)


@pytest.mark.parametrize("rule, source, point", [
    (TrainedWeights(), "mine@01", ("step of mine@01", "optimizer of mine@01")),
    (TrainedWeights("other"), "other@02", ("step of other@02", "optimizer of other@02")),
    (TrainedWeights("other", "set_back"), "other@02", (10, {})),
])
def test_trained_weights_go_on_or_are_set_back(rule, source, point):
    assert rule.needs("mine", 2) == (source,)
    assert rule.point(job(), MASKS) == RewindPoint(source, *point)
    assert rule.goes_on is (point[0] != 10)


def test_before_its_first_round_a_chain_takes_imps_round_0():
    assert TrainedWeights().needs("mine", 1) == ("round_00",)


@pytest.mark.parametrize("rule", [FreshDraw(), SignedDraw()])
def test_there_must_be_chance_to_draw_from(rule):
    rule.check(job())
    with pytest.raises(ConfigurationError, match="'mine' draws weights anew .* whatever the seed"):
        rule.check(job(draws_afresh=False))


def test_a_layer_without_weights_is_not_drawn(tmp_path):
    gone, path = "gone/kernel", tmp_path / "ticket@02_initial.npz"
    initial = INITIAL | {gone: np.ones((1, 2), np.float32)}
    EmpiricalDistribution.measure(
        initial, MASKS | {gone: np.zeros((1, 2), bool)}, "initial").save(path)
    made = job()
    made.name, made.trial, made.told = "drawn@02", 1, {}
    made.base_weights, made.distribution = lambda: initial, lambda source: path
    made.seed = lambda *uses: 1
    rule, masks = EmpiricalDraw(pool="layer"), MASKS | {gone: np.zeros((1, 2), bool)}
    weights = rule.point(made, masks).weights
    assert np.isin(weights[KEY], INITIAL[KEY]).all() and (weights[gone] == 1).all()
    assert list(made.told["histogram_distance"]) == [KEY]
    with pytest.raises(RunError, match="drawn@02 of trial 1: there are 0 non-zero .*'gone/kernel'"):
        rule.point(made, MASKS | {gone: np.ones((1, 2), bool)})


@pytest.mark.parametrize("make, said", [
    (lambda: EmpiricalDraw("all"), "EmpiricalDraw.source is 'all'; expected one of"),
    (lambda: EmpiricalDraw(pool="model"), "EmpiricalDraw.pool is 'model'"),
    (lambda: EmpiricalDraw(sampling="kernel"), "EmpiricalDraw.sampling is 'kernel'"),
    (lambda: TrainedWeights(schedule="kept"), "TrainedWeights.schedule is 'kept'"),
    (lambda: TrainedWeights(of=3), "TrainedWeights.of is 3; expected a variant's name, or None"),
])
def test_refused(make, said):
    with pytest.raises(ConfigurationError, match=said):
        make()
