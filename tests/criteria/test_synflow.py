"""`SynFlow`: the flow through each weight by hand."""

import numpy as np
import pytest

from lth_keras.compat import keras
from lth_keras.criteria import CriterionInputs, SynFlow
from lth_keras.errors import ConfigurationError
from tests.criteria.by_hand import X, saliency


def two_layers(bias):
    inputs = keras.Input((2,))
    x = keras.layers.Dense(2, "relu", name="fc1", use_bias=bias)(inputs)
    return keras.Model(inputs, keras.layers.Dense(2, name="fc2", use_bias=bias)(x))


FIRST = np.array([[1.0, -2.0], [-3.0, 4.0]], np.float32)
SECOND = np.array([[-5.0, 6.0], [0.0, -7.0]], np.float32)
DENSE = {"fc1/kernel": np.ones((2, 2), bool), "fc2/kernel": np.ones((2, 2), bool)}


@pytest.mark.parametrize("bias", [False, True])
def test_scores_by_hand(bias):
    # R = Σ |W1| |W2|: the flow through w1[i, j] is |w1[i, j]| Σₖ |w2[j, k]|, with sums 11 and 7;
    # through w2[j, k] it is Σᵢ |w1[i, j]| |w2[j, k]|, with sums 4 and 6. Biases have no part.
    weights = {"fc1/kernel": FIRST, "fc2/kernel": SECOND}
    if bias:
        weights |= {"fc1/bias": np.full(2, 9, np.float32), "fc2/bias": np.full(2, -9, np.float32)}
    made = saliency(two_layers(bias), list(DENSE), X).probe(weights, DENSE, None)
    inputs = CriterionInputs(weights, weights, DENSE, None, made)
    scores = SynFlow().scores(inputs)
    np.testing.assert_array_equal(scores["fc1/kernel"], [[11, 14], [33, 28]])
    np.testing.assert_array_equal(scores["fc2/kernel"], [[20, 24], [0, 42]])
    # Flow is conserved from layer to layer (Tanaka et al. 2020, theorem 1).
    assert scores["fc1/kernel"].sum() == scores["fc2/kernel"].sum() == 86


def test_a_model_that_looks_tokens_up_is_refused():
    SynFlow().check_model(two_layers(bias=True))
    tokens = keras.Sequential([
        keras.layers.Input((3,)), keras.layers.Embedding(5, 2, name="words"),
        keras.layers.Flatten(), keras.layers.Dense(2, name="fc")], name="inner")
    inputs = keras.Input((3,))
    with pytest.raises(ConfigurationError, match="layer 'words' is an Embedding: what"):
        SynFlow().check_model(keras.Model(inputs, tokens(inputs)))
