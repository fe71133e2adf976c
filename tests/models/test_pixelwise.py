"""`pixelwise`: its size, what a pixel sees, its width."""

import numpy as np

from lth_keras import models, pruning
from lth_keras.compat import tf


def test_a_corner_sees_the_whole_image():
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


def test_width_makes_it_narrower():
    wide, narrow = (
        models.build(models.pixelwise, (8, 8, 1), (8, 8, 2), width=width) for width in (1.0, 0.25))
    assert narrow.count_params() < wide.count_params() / 3
