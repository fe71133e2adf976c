"""Each criterion against numbers worked out by hand. A new criterion adds a row to a table."""

import numpy as np
import pytest

from lth_keras import criteria
from lth_keras.compat import keras
from lth_keras.data import from_arrays
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.training import Saliency

INITIAL = np.array([[1.0, -2.0], [3.0, -0.5]], np.float32)
FINAL = np.array([[-1.5, 0.5], [2.0, -4.0]], np.float32)


def evidence(masks=None, network=None, seed=0, weights=FINAL):
    return criteria.CriterionInputs(
        weights={"fc/kernel": weights, "fc/bias": np.ones(2, np.float32)},
        initial={"fc/kernel": INITIAL, "fc/bias": np.zeros(2, np.float32)},
        masks=masks or {"fc/kernel": np.ones((2, 2), bool)},
        generator=np.random.Generator(np.random.Philox(seed)), network=network,
    )


@pytest.mark.parametrize("criterion, expected", [
    (criteria.Magnitude(), [[1.5, 0.5], [2.0, 4.0]]),
    (criteria.WeightedMagnitudes(1, 0), [[1.5, 0.5], [2.0, 4.0]]),  # large final
    (criteria.WeightedMagnitudes(-1, 0), [[-1.5, -0.5], [-2.0, -4.0]]),  # small final
    (criteria.WeightedMagnitudes(0, 1), [[1.0, 2.0], [3.0, 0.5]]),  # large init
    (criteria.WeightedMagnitudes(0, -1), [[-1.0, -2.0], [-3.0, -0.5]]),  # small init
    (criteria.WeightedMagnitudes(1, -1), [[0.5, -1.5], [-1.0, 3.5]]),  # magnitude increase
    (criteria.JointMagnitude("large"), [[1.0, 0.5], [2.0, 0.5]]),
    (criteria.JointMagnitude("small"), [[-1.5, -2.0], [-3.0, -4.0]]),
    (criteria.JointMagnitude("large", alpha=0.5), [[0.75, 0.25], [1.0, 0.5]]),
    (criteria.SignedMagnitude("same"), [[-1.5, -0.5], [2.0, 4.0]]),
    (criteria.SignedMagnitude("different"), [[1.5, 0.5], [-2.0, -4.0]]),
    (criteria.Movement(), [[2.5, 2.5], [1.0, 3.5]]),
])
def test_scores_from_weights(criterion, expected):
    scores = criterion.scores(evidence())
    assert list(scores) == ["fc/kernel"]  # the bias is never scored
    np.testing.assert_array_equal(scores["fc/kernel"], np.array(expected, np.float32))


def test_random_scores_are_the_generators():
    first, second = (criteria.Random().scores(evidence(seed=3))["fc/kernel"] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (first != criteria.Random().scores(evidence(seed=4))["fc/kernel"]).all()
    assert first.shape == (2, 2) and ((first >= 0) & (first < 1)).all()


@pytest.mark.parametrize("make", [
    lambda: criteria.WeightedMagnitudes(0, 0),
    lambda: criteria.JointMagnitude("big"),
    lambda: criteria.JointMagnitude(alpha=0),
    lambda: criteria.SignedMagnitude("opposite"),
    lambda: criteria.SNIP(examples=0),
    lambda: criteria.GraSP(examples=True),
    lambda: criteria.GraSP(temperature=0),
])
def test_bad_arguments_are_refused_in_one_line(make):
    with pytest.raises(ConfigurationError) as error:
        make()
    # What follows on further lines is gin's: which configurable was called.
    assert "expected" in str(error.value).splitlines()[0]


# One layer, one example x = (1, 2) of class 0, and weights that give both logits 0: p = (½, ½).
X = np.array([[1.0, 2.0]], np.float32)
W = np.array([[2.0, 4.0], [-1.0, -2.0]], np.float32)


def saliency(model, keys, x, y=(0,), batch_size=4):
    examples = np.repeat(x, 2, axis=0)  # the labels 0 and 1 both have to be there
    data = from_arrays(examples, np.array([0, 1]), examples, np.array([0, 1]))
    if len(y) == 1:  # …but training on class y only is what can be done by hand
        data.labels[:] = y[0]
    return Saliency(lambda: model, keys, data, batch_size)


def one_layer():
    inputs = keras.Input((2,))
    return keras.Model(inputs, keras.layers.Dense(2, use_bias=False, name="fc")(inputs))


def probe(weights, masks=None, **arguments):
    masks = masks or {"fc/kernel": np.ones((2, 2), bool)}
    made = saliency(one_layer(), ["fc/kernel"], X, **arguments)
    return made.probe({"fc/kernel": weights}, masks, np.random.default_rng(0))


@pytest.mark.parametrize("batch_size", [1, 4])
def test_snip(batch_size):
    # g = x (p − y)ᵀ = (1, 2)ᵀ (−½, ½); |g·w|.
    scores = criteria.SNIP(examples=2).scores(
        evidence(network=probe(W, batch_size=batch_size), weights=W))
    np.testing.assert_allclose(scores["fc/kernel"], [[1.0, 2.0], [1.0, 2.0]], rtol=1e-6)


def test_grasp():
    # H v = x ((diag p − ppᵀ) vᵀx)ᵀ with v = g: gᵀx = 5 (−½, ½), times [[¼, −¼], [−¼, ¼]] is
    # (−1¼, 1¼), so Hg = (1, 2)ᵀ (−1¼, 1¼), and the score w·Hg.
    criterion = criteria.GraSP(examples=2, temperature=1.0)
    scores = criterion.scores(evidence(network=probe(W), weights=W))
    np.testing.assert_allclose(scores["fc/kernel"], [[-2.5, 5.0], [2.5, -5.0]], rtol=1e-6)


def test_grasp_divides_the_logits_by_its_temperature():
    # Logits are still 0; each derivative brings a factor 1/T, and H g has three of them.
    criterion = criteria.GraSP(examples=2, temperature=2.0)
    scores = criterion.scores(evidence(network=probe(W), weights=W))
    np.testing.assert_allclose(
        scores["fc/kernel"], np.array([[-2.5, 5.0], [2.5, -5.0]]) / 8, rtol=1e-6)


def test_grasp_leaves_pruned_weights_out_of_the_gradient():
    # Without the first column x·w gives logits (0, 0) still, and g only in the second column:
    # gᵀx = (0, 2½), (diag p − ppᵀ) of it (−⅝, ⅝).
    masks = {"fc/kernel": np.array([[False, True], [False, True]])}
    criterion = criteria.GraSP(examples=2, temperature=1.0)
    scores = criterion.scores(evidence(masks, probe(W, masks), weights=W))
    np.testing.assert_allclose(scores["fc/kernel"][:, 1], [2.5, -2.5], rtol=1e-6)


def two_layers(bias):
    inputs = keras.Input((2,))
    x = keras.layers.Dense(2, "relu", name="fc1", use_bias=bias)(inputs)
    return keras.Model(inputs, keras.layers.Dense(2, name="fc2", use_bias=bias)(x))


FIRST = np.array([[1.0, -2.0], [-3.0, 4.0]], np.float32)
SECOND = np.array([[-5.0, 6.0], [0.0, -7.0]], np.float32)
DENSE = {"fc1/kernel": np.ones((2, 2), bool), "fc2/kernel": np.ones((2, 2), bool)}


@pytest.mark.parametrize("bias", [False, True])
def test_synflow(bias):
    # R = Σ |W1| |W2|: the flow through w1[i, j] is |w1[i, j]| Σₖ |w2[j, k]|, with sums 11 and 7;
    # through w2[j, k] it is Σᵢ |w1[i, j]| |w2[j, k]|, with sums 4 and 6. Biases have no part.
    weights = {"fc1/kernel": FIRST, "fc2/kernel": SECOND}
    if bias:
        weights |= {"fc1/bias": np.full(2, 9, np.float32), "fc2/bias": np.full(2, -9, np.float32)}
    made = saliency(two_layers(bias), list(DENSE), X).probe(weights, DENSE, None)
    inputs = criteria.CriterionInputs(weights, weights, DENSE, None, made)
    scores = criteria.SynFlow().scores(inputs)
    np.testing.assert_array_equal(scores["fc1/kernel"], [[11, 14], [33, 28]])
    np.testing.assert_array_equal(scores["fc2/kernel"], [[20, 24], [0, 42]])
    # Flow is conserved from layer to layer (Tanaka et al. 2020, theorem 1).
    assert scores["fc1/kernel"].sum() == scores["fc2/kernel"].sum() == 86


def test_synflow_stays_finite_where_float32_would_not():
    inputs = x = keras.Input((2,))
    for index in range(12):
        x = keras.layers.Dense(2, use_bias=False, name=f"fc{index}")(x)
    weights = {f"fc{index}/kernel": np.full((2, 2), 1000, np.float32) for index in range(12)}
    masks = {key: np.ones((2, 2), bool) for key in weights}
    made = saliency(keras.Model(inputs, x), list(masks), X).probe(weights, masks, None)
    flow = made.synaptic_flow()["fc0/kernel"]
    # Through one first weight: 1000 · (2·1000)^11, of which ∂R/∂w lacks the first 1000.
    np.testing.assert_allclose(flow, 2000.0**11, rtol=1e-5)
    assert 1000 * flow[0, 0] > np.finfo(np.float32).max


def test_a_gradient_that_is_not_finite_is_an_error():
    with pytest.raises(RunError, match="fc/kernel: the gradient is not finite"):
        probe(np.full((2, 2), np.nan, np.float32)).gradient(1)


def test_more_examples_than_there_are_is_an_error():
    with pytest.raises(ConfigurationError, match="wants 3 training examples; arrays has 2"):
        probe(W).gradient(3)


def test_global_pruning_with_a_minimum_keeps_the_best_of_each_layer_and_the_total():
    scores = {"a": np.array([9.0, 8, 7, 6]), "b": np.array([1.0, 2, 3])}
    masks = {key: np.ones(score.shape, bool) for key, score in scores.items()}
    without = criteria.prune_globally(scores, masks, 4)
    assert without["b"].sum() == 0  # layer collapse
    kept = criteria.prune_globally(scores, masks, 4, minimum=2)
    assert kept["a"].tolist() == [True, True, False, False]
    assert kept["b"].tolist() == [False, True, True]
    with pytest.raises(RunError, match="fewer than 2 for each layer"):
        criteria.prune_globally(scores, masks, 3, minimum=2)
