"""`Task`, the base class: what it takes by default, and what is no task."""

import numpy as np
import pytest

from lth_keras.data import from_arrays
from lth_keras.errors import ConfigurationError
from lth_keras.metric import Metric
from lth_keras.tasks import Regression, Task
from lth_keras.tasks.task import check_task


@pytest.mark.parametrize("task", [None, "regression", Regression, object(), Task()])
def test_what_is_no_task(task):
    with pytest.raises(ConfigurationError, match="Experiment.task"):
        check_task(task)


@pytest.mark.parametrize("metric, is_refused", [
    (Metric("accuracy"), True), (Metric("balanced_accuracy", unit="%"), True),
    (Metric("balanced_accuracy", is_share=True), False), (Metric("inaccuracy"), False)])
def test_an_accuracy_is_a_share(metric, is_refused):
    class Mine(Task):
        metrics = (metric,)

    if is_refused:
        with pytest.raises(ConfigurationError, match=f"the metric '{metric.name}', which is no sh"):
            check_task(Mine())
    else:
        check_task(Mine())


def test_a_task_of_ones_own_takes_numbers():
    inputs, labels = np.zeros((6, 3), np.float32), np.arange(6) * 0.5
    got = from_arrays(inputs, labels, inputs, labels, name="mine", task=Task())
    assert got.labels.dtype == np.float32 and got.output_shape == (1,)
