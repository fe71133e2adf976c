"""`Saliency`: large flows, gradients that are not finite, too few examples."""

import numpy as np
import pytest

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError, RunError
from tests.criteria.by_hand import W, X, probe, saliency


def test_synaptic_flow_stays_finite_where_float32_would_not():
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


def test_gradients_of_an_embedding_that_tokens_share():
    layers, generator = keras.layers, np.random.default_rng(0)
    model = keras.Sequential([layers.Input((3,)), layers.Embedding(4, 2, name="e"),
                              layers.Flatten(), layers.Dense(2, use_bias=False, name="fc")])
    tokens = np.array([[1.0, 3.0, 1.0]], np.float32)  # One token twice, two never.
    weights = {"e/embeddings": generator.standard_normal((4, 2)).astype(np.float32),
               "fc/kernel": generator.standard_normal((6, 2)).astype(np.float32)}
    masks = {key: np.ones(each.shape, bool) for key, each in weights.items()}

    def by_hand(at):
        """Gradients of the mean loss of two equal examples of class 0."""
        hot = np.eye(4)[tokens[0].astype(int)]
        read = (hot @ at["e/embeddings"]).reshape(-1)
        shares = np.exp(read @ at["fc/kernel"])
        error = shares / shares.sum() - np.eye(2)[0]
        return {"e/embeddings": hot.T @ (at["fc/kernel"] @ error).reshape(3, 2),
                "fc/kernel": np.outer(read, error)}

    made = saliency(model, list(masks), tokens).probe(weights, masks, np.random.default_rng(0))
    at = {key: each.astype(float) for key, each in weights.items()}
    wanted, found = by_hand(at), made.gradient(2)
    product = made.hessian_gradient(2)
    ends = [by_hand({key: at[key] + sign * 1e-5 * wanted[key] for key in at})
            for sign in (1, -1)]
    for key in masks:
        np.testing.assert_allclose(found[key], wanted[key], rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(
            product[key], (ends[0][key] - ends[1][key]) / 2e-5, rtol=1e-4, atol=1e-6)


def test_draws_of_one_layer_are_independent_and_scores_the_same_each_time():
    layers = keras.layers
    inputs, drop = keras.Input((40,)), keras.layers.Dropout(0.5)
    # If both masks were one, the difference and with it the gradient would be 0.
    model = keras.Model(inputs, layers.Dense(2, use_bias=False, name="fc")(
        drop(inputs) - drop(inputs)))
    weights = {"fc/kernel": np.ones((40, 2), np.float32)}
    masks = {"fc/kernel": np.ones((40, 2), bool)}
    made = saliency(model, list(masks), np.ones((1, 40), np.float32)).probe(
        weights, masks, np.random.default_rng(0))
    first, again = (made.gradient(1)["fc/kernel"] for _ in range(2))
    assert np.any(first) and np.array_equal(first, again)
