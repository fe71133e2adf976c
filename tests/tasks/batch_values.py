"""The loss and the metrics of one batch, and numbers for a batch."""

import numpy as np

from lth_keras.compat import tf

RANDOM = np.random.default_rng(0)


def values(task, labels, outputs, weights=None):
    """(loss, metrics) of a batch, as an evaluation has them."""
    arguments = (tf.constant(labels), tf.constant(outputs, tf.float32),
                 None if weights is None else tf.constant(weights, tf.float32))
    pairs = [task.loss(*arguments), *task.metric(*arguments)]
    loss, *means = (float(total) / float(weight) if float(weight) else 0.0
                    for total, weight in pairs)
    return loss, task.finish(means)


def softmax(logits):
    """Probabilities of logits, in NumPy."""
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    return shifted / shifted.sum(-1, keepdims=True)


LABELS, LOGITS = RANDOM.integers(0, 7, 40).astype(np.int32), RANDOM.normal(0, 2, (40, 7))
WEIGHTS = RANDOM.random(40) * (RANDOM.random(40) > 0.3)
