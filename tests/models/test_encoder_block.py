"""The encoder block against NumPy."""

import math

import numpy as np

from lth_keras import models
from lth_keras.compat import keras
from lth_keras.models.encoder_block import EPSILON, encoder_block
from lth_keras.variables import snapshot


def normalised(x, gamma, beta):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt(centred.var(-1, keepdims=True) + EPSILON) * gamma + beta


def test_the_block_is_what_the_paper_says():
    inputs = keras.Input((3, 4))
    block = keras.Model(inputs, encoder_block(inputs, "b", 2, 3, models.glorot_uniform))
    random = np.random.default_rng(1)
    block.set_weights([random.normal(size=each.shape) for each in block.get_weights()])
    w = snapshot({variable.name.split(":")[0]: variable for variable in block.weights})
    x = random.normal(size=(2, 3, 4)).astype(np.float32)

    y = normalised(x, w["b_norm1/gamma"], w["b_norm1/beta"])
    query, key, value = (
        np.einsum("btu,uhk->bhtk", y, w[f"b_attention/{part}/kernel"])
        + w[f"b_attention/{part}/bias"][:, None] for part in ("query", "key", "value"))
    scores = query @ key.swapaxes(-1, -2) / math.sqrt(2)
    share = np.exp(scores - scores.max(-1, keepdims=True))
    share /= share.sum(-1, keepdims=True)
    y = np.einsum("bhtk,hku->btu", share @ value, w["b_attention/attention_output/kernel"])
    x1 = x + y + w["b_attention/attention_output/bias"]
    y = normalised(x1, w["b_norm2/gamma"], w["b_norm2/beta"])
    y = y @ w["b_fc1/kernel"] + w["b_fc1/bias"]
    y = y * 0.5 * (1 + np.vectorize(math.erf)(y / math.sqrt(2)))
    expected = x1 + y @ w["b_fc2/kernel"] + w["b_fc2/bias"]
    np.testing.assert_allclose(block(x), expected, rtol=1e-3, atol=1e-3)
