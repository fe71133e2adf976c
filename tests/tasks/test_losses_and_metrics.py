"""Losses and metrics against scikit-learn's, Keras's or NumPy's, odd cases included."""

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from lth_keras.compat import keras, tf
from lth_keras.tasks import (
    BinaryClassification,
    Classification,
    LanguageModel,
    Regression,
    next_tokens,
    weighted,
)

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
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    return shifted / shifted.sum(-1, keepdims=True)


LABELS, LOGITS = RANDOM.integers(0, 7, 40).astype(np.int32), RANDOM.normal(0, 2, (40, 7))
WEIGHTS = RANDOM.random(40) * (RANDOM.random(40) > 0.3)


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
    loss, _ = values(BinaryClassification(label_smoothing=0.2), np.eye(7)[LABELS], LOGITS)
    expected = keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.2)(
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


@pytest.mark.parametrize("task, labels, outputs, weights", [
    (Classification(3, ignore_label=-1), np.full((2, 4), -1, np.int32), np.ones((2, 4, 3)), None),
    (Classification(3), np.zeros(2, np.int32), np.ones((2, 3)), [0.0, 0.0]),
    (LanguageModel(3, ignore_label=0), np.zeros((2, 4), np.int32), np.ones((2, 4, 3)), None),
    (Regression(mean=0.0, std=1.0), np.ones((2, 1), np.float32), np.zeros((2, 1)), [0.0, 0.0]),
    (BinaryClassification(), np.ones((2, 2), np.float32), np.zeros((2, 2)), [0.0, 0.0]),
], ids=["ignored", "weights", "tokens", "regression", "binary"])
def test_where_nothing_counts_there_is_neither_loss_nor_gradient(task, labels, outputs, weights):
    from lth_keras.tasks.weighting import mean

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


def test_positives_may_weigh_more():
    labels, logits = (RANDOM.random((9, 2)) < 0.5).astype(np.float32), RANDOM.normal(size=(9, 2))
    loss, _ = values(BinaryClassification(positive_weight=3.0), labels, logits)
    each = tf.nn.weighted_cross_entropy_with_logits(labels, logits.astype(np.float32), 3.0)
    assert loss == pytest.approx(np.sum(each) / np.where(labels == 1, 3.0, 1.0).sum(), rel=1e-5)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["equal", "weighted"])
def test_regression_is_scikit_learns_in_the_labels_unit(weights):
    labels = RANDOM.normal(1000, 30, (40, 2)).astype(np.float32)
    outputs = RANDOM.normal(size=(40, 2))
    task = Regression(unit="kg").standardised(labels, "made up")
    mean, std = labels.astype(np.float64).mean(0), labels.astype(np.float64).std(0)
    np.testing.assert_allclose(task.mean, mean), np.testing.assert_allclose(task.std, std)
    predicted = outputs * std + mean
    loss, (error,) = values(task, labels, outputs, weights)
    assert error == pytest.approx(sklearn_metrics.mean_absolute_error(
        labels, predicted, sample_weight=weights), rel=1e-5)
    assert loss == pytest.approx(sklearn_metrics.mean_squared_error(
        (labels - mean) / std, outputs, sample_weight=weights), rel=1e-4)
    np.testing.assert_allclose(
        task.answers(tf.constant(outputs, tf.float32))["prediction"], predicted, rtol=1e-6)
    assert task.main_metric.margin == pytest.approx(std.mean() / 100)
    assert (task.main_metric.label, task.main_metric.best) == ("mean absolute error (kg)", "min")


def test_perplexity_is_two_to_the_entropy_in_bits():
    inputs, labels = next_tokens(RANDOM.integers(0, 5, (6, 9)))
    assert np.array_equal(inputs[:, 1:], labels[:, :-1])
    logits = RANDOM.normal(size=(6, 8, 5))
    own = np.take_along_axis(softmax(logits), labels[..., None], -1)
    loss, (perplexity,) = values(LanguageModel(5), labels.astype(np.int32), logits)
    assert perplexity == pytest.approx(2 ** -np.log2(own).mean(), rel=1e-5)
    assert loss == pytest.approx(np.log(perplexity), rel=1e-5)
    even = values(LanguageModel(5), labels.astype(np.int32), np.zeros((6, 8, 5)))[1][0]
    assert even == pytest.approx(5.0, rel=1e-6)  # Nothing known: one in five.
    assert LanguageModel(5).finish([1e6]) == [np.inf]
