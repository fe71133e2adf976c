"""`Task`, the base class: what it takes by default, and what is no task."""

import numpy as np
import pytest

from lth_keras.data import from_arrays
from lth_keras.errors import ConfigurationError
from lth_keras.tasks import Regression, Task
from lth_keras.tasks.task import check_task


@pytest.mark.parametrize("task", [None, "regression", Regression, object(), Task()])
def test_what_is_no_task(task):
    with pytest.raises(ConfigurationError, match="Experiment.task"):
        check_task(task)


def test_a_task_of_ones_own_takes_numbers():
    inputs, labels = np.zeros((6, 3), np.float32), np.arange(6) * 0.5
    got = from_arrays(inputs, labels, inputs, labels, name="mine", task=Task())
    assert got.labels.dtype == np.float32 and got.output_shape == (1,)
