"""`BinaryClassification` against scikit-learn and Keras; F1 where it is 0 and 1."""

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from lth_keras.compat import keras, tf
from lth_keras.tasks import BinaryClassification
from tests.tasks.batch_values import LABELS, LOGITS, WEIGHTS, values

RANDOM = np.random.default_rng(0)


def test_label_smoothing_of_each_is_kerass():
    labels = np.eye(7)[LABELS]
    loss, _ = values(BinaryClassification(label_smoothing=0.2), labels, LOGITS)
    expected = keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.2)(
        labels, LOGITS)
    assert loss == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["equal", "weighted"])
def test_several_labels_are_scikit_learns(weights):
    labels, logits = (RANDOM.random((40, 3)) < 0.3).astype(np.float32), RANDOM.normal(size=(40, 3))
    loss, (accuracy, f1) = values(BinaryClassification(), labels, logits, weights)
    said = logits > 0
    expected = np.mean([
        sklearn_metrics.log_loss(labels[:, k], 1 / (1 + np.exp(-logits[:, k])),
                                 sample_weight=weights, labels=[0, 1]) for k in range(3)])
    assert loss == pytest.approx(expected, rel=1e-5)
    each = np.repeat(np.ones(40) if weights is None else weights, 3)
    assert accuracy == pytest.approx(sklearn_metrics.accuracy_score(
        labels.ravel(), said.ravel(), sample_weight=each), rel=1e-6)
    assert f1 == pytest.approx(sklearn_metrics.f1_score(
        labels.ravel(), said.ravel(), sample_weight=each), rel=1e-6)


def test_f1_without_a_positive_is_zero_and_of_the_right_ones_only_one():
    nothing = np.zeros((5, 1), np.float32)
    assert values(BinaryClassification(), nothing, nothing - 1)[1] == [1.0, 0.0]
    assert values(BinaryClassification(), nothing + 1, nothing + 1)[1] == [1.0, 1.0]


def test_a_logit_that_is_no_number_is_wrong_for_both_labels():
    labels, logits = np.array([[0], [1], [0], [1]], np.float32), np.array([[-1], [1], [0], [0]])
    logits = np.where([[False], [False], [True], [True]], np.nan, logits)
    assert values(BinaryClassification(), labels, logits)[1] == [0.5, 0.5]  # F1: 2 / (2 + 2).


def test_positives_may_weigh_more():
    labels, logits = (RANDOM.random((9, 2)) < 0.5).astype(np.float32), RANDOM.normal(size=(9, 2))
    loss, _ = values(BinaryClassification(positive_weight=3.0), labels, logits)
    each = tf.nn.weighted_cross_entropy_with_logits(labels, logits.astype(np.float32), 3.0)
    assert loss == pytest.approx(np.sum(each) / np.where(labels == 1, 3.0, 1.0).sum(), rel=1e-5)
