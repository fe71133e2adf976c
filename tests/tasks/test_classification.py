"""`Classification` against scikit-learn and Keras, with weights and ignored positions."""

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from lth_keras.compat import keras
from lth_keras.tasks import Classification
from tests.tasks.batch_values import LABELS, LOGITS, WEIGHTS, softmax, values

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["equal", "weighted"])
def test_classification_is_scikit_learns(weights):
    loss, (accuracy, top5) = values(Classification(7, top5=True), LABELS, LOGITS, weights)
    expected = sklearn_metrics.log_loss(
        LABELS, softmax(LOGITS), sample_weight=weights, labels=range(7))
    assert loss == pytest.approx(expected, rel=1e-5)
    assert accuracy == pytest.approx(sklearn_metrics.accuracy_score(
        LABELS, LOGITS.argmax(-1), sample_weight=weights), rel=1e-6)
    assert top5 == pytest.approx(sklearn_metrics.top_k_accuracy_score(
        LABELS, LOGITS, k=5, sample_weight=weights, labels=range(7)), rel=1e-6)


def test_class_weights_weigh_the_loss_as_sample_weights_would_and_no_metric():
    by_class = tuple(range(1, 8))
    loss, (accuracy,) = values(Classification(7, class_weights=by_class), LABELS, LOGITS)
    same, _ = values(Classification(7), LABELS, LOGITS, np.take(by_class, LABELS))
    assert loss == pytest.approx(same, rel=1e-6)
    assert accuracy == values(Classification(7), LABELS, LOGITS)[1][0]


def test_label_smoothing_is_kerass():
    loss, _ = values(Classification(7, label_smoothing=0.2), LABELS, LOGITS)
    expected = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2)(
        np.eye(7)[LABELS], LOGITS)
    assert loss == pytest.approx(float(expected), rel=1e-5)


def test_positions_are_averaged_and_ignored_ones_left_out():
    labels = RANDOM.integers(0, 3, (4, 5, 6)).astype(np.int32)
    labels[RANDOM.random(labels.shape) < 0.4] = 255
    labels[2] = 255  # An example of which nothing counts.
    logits = RANDOM.normal(0, 2, (4, 5, 6, 3))
    weights = np.array([1.0, 0.0, 5.0, 2.0])
    kept = (labels != 255) & (weights > 0)[:, None, None]
    each = np.broadcast_to(weights[:, None, None], labels.shape)[kept]
    task = Classification(3, ignore_label=255)
    loss, (accuracy,) = values(task, labels, logits, weights)
    assert loss == pytest.approx(sklearn_metrics.log_loss(
        labels[kept], softmax(logits[kept]), sample_weight=each, labels=range(3)), rel=1e-5)
    assert accuracy == pytest.approx(sklearn_metrics.accuracy_score(
        labels[kept], logits[kept].argmax(-1), sample_weight=each), rel=1e-6)
    # The same in bytes.
    assert values(task, labels.astype(np.uint8), logits, weights) == (loss, [accuracy])
