"""`causal_convolutions`: a place sees the past alone; its width."""

import numpy as np

from lth_keras import models, pruning


def test_a_place_sees_the_past_alone():
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


def test_width_makes_it_narrower():
    wide, narrow = (models.build(models.causal_convolutions, (12,), (12, 5), width=width)
                    for width in (1.0, 0.25))
    assert narrow.count_params() < wide.count_params() / 3
