"""A task with wrong functions is refused in one line, before any training."""

import dataclasses

import numpy as np
import pytest

from lth_keras.compat import tf
from lth_keras.data import from_arrays
from lth_keras.errors import ConfigurationError
from lth_keras.tasks import Metric, Regression, Task, check_functions, weighted

X, Y = np.zeros((6, 2), np.float32), np.arange(6.0)


@dataclasses.dataclass(frozen=True)
class Own(Task):
    gives: object = None
    metrics = (Metric("off", higher_is_better=False),)

    def loss(self, labels, outputs, weights):
        return self.gives(labels, outputs, weights)

    def metric(self, labels, outputs, weights):
        return (weighted(tf.abs(labels - outputs), weights),)


class TwoMetrics(Own):
    metrics = (Metric("off"), Metric("more"))


def good(labels, outputs, weights):
    return weighted(tf.square(labels - outputs), weights)


@pytest.mark.parametrize("task, words", [
    (Own(lambda labels, outputs, weights: tf.reduce_mean(outputs)), "Own.loss gives"),
    (Own(lambda labels, outputs, weights: (outputs, outputs)), "expected two scalars"),
    (Own(lambda labels, outputs, weights: tf.ensure_shape(outputs, [3, 3])),
     "Own.loss fails on labels (None, 1)"),
    (Own(lambda labels: labels), "TypeError"),
    (TwoMetrics(good), "expected a tuple of 2"),
])
def test_wrong_functions(task, words):
    with pytest.raises(ConfigurationError) as error:
        check_functions(task, from_arrays(X, Y, X, Y, task=task))
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_good_functions_pass():
    for task in (Own(good), Regression()):
        data = from_arrays(X, Y, X, Y, task=task)
        check_functions(data.task, data)
