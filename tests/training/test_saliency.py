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
