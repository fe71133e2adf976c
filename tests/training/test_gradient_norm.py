"""The norm of the gradient over the weights that are kept, against NumPy."""

import numpy as np
import pytest

from lth_keras.training import SGD, GradientNorm


def test_it_is_that_of_the_first_batch_without_pruned_weights(tiny):
    trainer = tiny.trainer(SGD(0.1), jit=False)
    start = tiny.start()
    trainer.load(start)
    before = trainer.state()
    norm = GradientNorm(trainer)()
    data, weights = trainer.data, before.weights
    first, _ = data.splits["train"]
    x = data.normalize(data.images[first:first + trainer.batch_size]).astype(float)
    labels = data.labels[first:first + trainer.batch_size]
    hidden = x @ weights["fc1/kernel"] + weights["fc1/bias"]
    active = np.maximum(hidden, 0)
    logits = active @ weights["output/kernel"] + weights["output/bias"]
    shares = np.exp(logits - logits.max(1, keepdims=True))
    error = (shares / shares.sum(1, keepdims=True) - np.eye(3)[labels]) / len(x)
    back = (error @ weights["output/kernel"].T) * (hidden > 0)
    gradients = {"fc1/kernel": x.T @ back, "fc1/bias": back.sum(0),
                 "output/kernel": active.T @ error, "output/bias": error.sum(0)}
    squares = sum(np.sum((gradient * start.masks.get(key, 1)) ** 2)
                  for key, gradient in gradients.items())
    assert norm == pytest.approx(squares ** 0.5, rel=1e-4)
