"""The transformers: sizes, patches, positions, and the encoder block against NumPy."""

import math

import numpy as np
import pytest

from lth_keras import models, pruning
from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.models.encoder_block import EPSILON, encoder_block
from lth_keras.variables import named_variables, snapshot

IMAGE = (28, 28, 1)
# By hand: projection, `depth` blocks of 4·units² + 2·mlp·units², output.
SIZES = [
    (models.vision_transformer, {}, IMAGE, 49 * 64 + 4 * (4 + 2 * 2) * 64**2 + 64 * 10),
    (models.vision_transformer, {"units": 32, "depth": 3}, IMAGE, 49 * 32 + 3 * 8 * 1024 + 320),
    (models.vision_transformer, {"patch": 14, "mlp": 4, "depth": 1, "width": 0.5}, IMAGE,
     196 * 32 + 12 * 1024 + 320),
    (models.token_transformer, {}, (49,), 32 * 32 + 2 * 8 * 1024 + 320),
    (models.token_transformer, {"vocabulary": 5, "units": 8, "heads": 2, "depth": 1}, (6,),
     64 + 8 * 64 + 80),
]


@pytest.mark.parametrize("model_fn, arguments, shape, prunable", SIZES)
def test_prunable_weights(model_fn, arguments, shape, prunable):
    model = models.build(model_fn, shape, 10, **arguments)
    weights = pruning.prunable_weights(model)
    assert sum(weight.size for weight in weights) == prunable
    depth = arguments.get("depth", 2 if model_fn is models.token_transformer else 4)
    for index in range(1, depth + 1):
        parts = [weight for weight in weights
                 if weight.layer.startswith(f"block{index}_attention")]
        # Query, key, value and output: a kernel, and so a mask, each.
        assert len(parts) == 4 and len({weight.key for weight in parts}) == 4
    assert [weight.layer for weight in weights if weight.is_output] == ["output"]


def test_a_patch_is_a_square_of_the_image():
    model = models.build(models.vision_transformer, (4, 6, 2), 3, patch=2, units=4, depth=1,
                         heads=2)
    cut = keras.Model(model.input, model.get_layer("flatten").output)
    images = np.random.default_rng(0).normal(size=(2, 4, 6, 2)).astype(np.float32)
    expected = [images[:, row:row + 2, column:column + 2].reshape(2, 8)
                for row in (0, 2) for column in (0, 2, 4)]
    np.testing.assert_array_equal(cut(images), np.stack(expected, axis=1))


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


def test_a_token_counts_where_it_stands():
    model = models.build_seeded(models.token_transformer, (4,), 3, 1, vocabulary=5, units=8,
                                heads=2, depth=1)
    tokens = np.array([[1, 2, 3, 4], [4, 3, 2, 1]], np.float32)
    there, back = model(tokens).numpy()
    assert np.abs(there - back).max() > 1e-3
    positions = named_variables(model)["positions/bias"]
    assert positions.shape == (4, 8) and 0.01 < np.std(positions.numpy()) < 0.03
    positions.assign(np.zeros((4, 8)))
    there, back = model(tokens).numpy()
    np.testing.assert_allclose(there, back, atol=1e-5)
    np.testing.assert_array_equal(model(tokens.astype(np.int32)), model(tokens))


@pytest.mark.parametrize("model_fn, shape, arguments, message", [
    (models.vision_transformer, IMAGE, {"patch": 5}, "patch is 5 and an example has shape"),
    (models.vision_transformer, (784,), {}, "expected \\(height, width, channels\\)"),
    (models.vision_transformer, IMAGE, {"heads": 0}, "vision_transformer.heads is 0"),
    (models.vision_transformer, IMAGE, {"depth": 1.5}, "vision_transformer.depth is 1.5"),
    (models.token_transformer, IMAGE, {}, "expected \\(tokens,\\)"),
    (models.token_transformer, (4,), {"vocabulary": True}, "token_transformer.vocabulary is True"),
])
def test_refused(model_fn, shape, arguments, message):
    with pytest.raises(ConfigurationError, match=message):
        models.build(model_fn, shape, 10, **arguments)
