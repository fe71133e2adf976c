"""`Regression` against scikit-learn, in the labels' unit."""

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from lth_keras.compat import tf
from lth_keras.tasks import Regression
from tests.tasks.batch_values import WEIGHTS, values

RANDOM = np.random.default_rng(0)


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
