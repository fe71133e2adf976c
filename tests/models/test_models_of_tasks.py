"""The networks with outputs at each position: shapes, sizes, receptive fields."""

import numpy as np
import pytest

from lth_keras import models, pruning
from lth_keras.compat import tf


def test_pixelwise():
    model = models.build(models.pixelwise, (8, 8, 1), (8, 8, 11), filters=4, depth=3)
    sizes = [weight.size for weight in pruning.prunable_weights(model)]
    assert sizes == [9 * 4, 9 * 4 * 4, 9 * 4 * 4, 4 * 11]
    # Dilations 1, 2 and 4: seven pixels to each side, so that a corner sees the whole of 8×8.
    images = tf.Variable(np.random.default_rng(0).random((1, 8, 8, 1)), dtype=tf.float32)
    for layer in model.layers[1:]:
        layer.kernel.assign(tf.ones_like(layer.kernel))
    with tf.GradientTape() as tape:
        corner = model(images)[0, 0, 0, 0]
    assert np.all(tape.gradient(corner, images) > 0)


def test_causal_convolutions_see_the_past_alone():
    model = models.build(models.causal_convolutions, (40,), (40, 7), filters=5, depth=3)
    assert model.output_shape == (None, 40, 7)
    tokens = np.random.default_rng(0).integers(0, 7, (1, 40)).astype(np.float32)
    before = model(tokens).numpy()
    changed = tokens.copy()
    changed[0, 20] = (changed[0, 20] + 1) % 7
    differs = np.any(np.abs(model(changed).numpy() - before) > 1e-7, -1)[0]
    # 2^(depth + 1) − 1 = 15 places see it: its own and fourteen after it.
    assert not differs[:20].any() and differs[20] and not differs[35:].any()
    assert {weight.key for weight in pruning.prunable_weights(model)} >= {
        "conv1/kernel", "conv2/kernel", "conv3/kernel", "output/kernel"}


@pytest.mark.parametrize("model_fn, shape, outputs", [
    (models.pixelwise, (8, 8, 1), (8, 8, 2)), (models.causal_convolutions, (12,), (12, 5)),
])
def test_width_makes_them_narrower(model_fn, shape, outputs):
    wide, narrow = (models.build(model_fn, shape, outputs, width=width) for width in (1.0, 0.25))
    assert narrow.count_params() < wide.count_params() / 3
