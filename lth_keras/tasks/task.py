"""The `Task`: the one thing that knows what outputs and labels mean."""

import numpy as np

from lth_keras.errors import ConfigurationError
from lth_keras.tasks import labels as checks
from lth_keras.wording import made


class Task:
    """What a network is trained for and judged by. A task of one's own is a subclass of it.

    `loss`, `metric` and `metrics` are all that a subclass must have. They are traced into the
    compiled engine: write them with TensorFlow, from tensors to tensors. As it stands here a task
    takes labels of finite numbers, of the shape of the network's outputs.

    Attributes:
      metrics: the `Metric`s, in the order of what `metric` gives. The first is the one that
        matching, best epochs and figures go by.
      output_name: what exports call the outputs.
    """

    metrics = ()
    output_name = "outputs"

    @property
    def main_metric(self):
        """The first of `metrics`."""
        return self.metrics[0]

    def loss(self, labels, outputs, weights):
        """What training makes small, as a weighted sum.

        Args:
          labels: [batch, ...], as `take_labels` gave them.
          outputs: float32 [batch, ...], of the network.
          weights: None, or float32 [batch]: what each example counts for.

        Returns:
          (Σ w·loss, Σ w), two scalars; see `weighted`. The loss is the one over the other.
        """
        raise NotImplementedError

    def metric(self, labels, outputs, weights):
        """What the network is judged by: a pair (numerator, denominator) for each of `metrics`.

        Arguments as for `loss`. Each number is summed over the batches of a split, and then
        divided.
        """
        raise NotImplementedError

    def finish(self, means):
        """The metrics' values from their quotients, both lists of floats; the same here."""
        return means

    def take_labels(self, labels, name, split, examples):
        """Labels as they come, checked and brought to the form that `loss` reads.

        Args:
          labels: np.ndarray.
          name, split: of the data, for the errors.
          examples: how many there are.

        Raises:
          ConfigurationError: they are not this task's.
        """
        return checks.numbers(labels, name, split, examples)

    def fitted(self, labels, inputs, name, classes=None):
        """The task once the labels are known, such as with their number of classes.

        Args:
          labels: of all training examples, as `take_labels` gave them.
          inputs: those examples.
          name: of the data, for the errors.
          classes: their number, where the source of the data knows it.

        Raises:
          ConfigurationError: nothing can be learnt from these labels.
        """
        del labels, inputs, name, classes
        return self

    def standardised(self, labels, name):
        """The task with the statistics of the labels that are trained on, where it needs any.

        Args:
          labels: as for `fitted`, those held out for validation left out.
          name: of the data, for the errors.

        Raises:
          ConfigurationError: nothing can be learnt from these labels.
        """
        del labels, name
        return self

    def check_fit(self, labels, name, split):
        """Checks further labels against what the task was fitted to.

        Raises:
          ConfigurationError: they go beyond it.
        """

    def output_shape(self, labels_shape):
        """Shape of one example's outputs, given that of its labels; the last is what the model
        function is told as its number of outputs."""
        return labels_shape

    def strata(self, labels):
        """Integers [N] whose shares every split keeps; all equal where there are none."""
        return np.zeros(len(labels), np.int32)

    def served(self):
        """What a program that reads an export needs to judge its outputs, as JSON.

        Its 'kind' is 'classes', 'yes_no', 'numbers' or 'tokens', or 'own': outputs are compared
        with those of the export, and no metric.
        """
        return {"kind": "own"}

    def answers(self, outputs):
        """What a served network says beside its outputs: {name: tensor}."""
        del outputs
        return {}


def check_task(task, name="Experiment.task"):
    """Checks that `task` is a task.

    Raises:
      ConfigurationError: it is not, or has no metric or two of one name.
    """
    if not isinstance(task, Task):
        raise ConfigurationError(
            f"{name} is {task!r}; expected a task of lth_keras.tasks, with brackets, like "
            f"{made('Regression')}, or a subclass of lth_keras.tasks.Task"
        )
    names = [getattr(metric, "name", None) for metric in task.metrics]
    if not names or None in names or len(set(names)) < len(names):
        raise ConfigurationError(
            f"{name} has the metrics {task.metrics!r}; expected at least one "
            "lth_keras.tasks.Metric and no name twice"
        )
