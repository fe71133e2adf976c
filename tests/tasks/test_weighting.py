"""Weighted sums of a batch: what has no weight counts in no task."""

import numpy as np
import pytest

from lth_keras.compat import tf
from lth_keras.tasks import (
    BinaryClassification,
    Classification,
    LanguageModel,
    Regression,
    weighted,
)
from lth_keras.tasks.weighting import mean


@pytest.mark.parametrize("task, labels, outputs, weights", [
    (Classification(3, ignore_label=-1), np.full((2, 4), -1, np.int32), np.ones((2, 4, 3)), None),
    (Classification(3), np.zeros(2, np.int32), np.ones((2, 3)), [0.0, 0.0]),
    (LanguageModel(3, ignore_label=0), np.zeros((2, 4), np.int32), np.ones((2, 4, 3)), None),
    (Regression(mean=0.0, std=1.0), np.ones((2, 1), np.float32), np.zeros((2, 1)), [0.0, 0.0]),
    (BinaryClassification(), np.ones((2, 2), np.float32), np.zeros((2, 2)), [0.0, 0.0]),
], ids=["ignored", "weights", "tokens", "regression", "binary"])
def test_where_nothing_counts_there_is_neither_loss_nor_gradient(task, labels, outputs, weights):
    outputs = tf.Variable(outputs, dtype=tf.float32)
    weights = None if weights is None else tf.constant(weights, tf.float32)
    with tf.GradientTape() as tape:
        total, weight = task.loss(tf.constant(labels), outputs, weights)
        loss = mean(total, weight)
    assert float(loss) == 0.0
    assert not np.any(tape.gradient(loss, outputs).numpy())
    assert all(float(mean(*pair)) == 0.0
               for pair in task.metric(tf.constant(labels), outputs, weights))


def test_what_has_no_weight_may_be_anything():
    total, weight = weighted(tf.constant([1.0, np.nan, np.inf]), tf.constant([2.0, 0.0, 0.0]))
    assert (float(total), float(weight)) == (2.0, 2.0)
