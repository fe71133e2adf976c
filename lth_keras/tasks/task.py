"""The base class `Task`: the loss, the metrics, and the meaning of outputs and labels."""

import numpy as np

from lth_keras.errors import ConfigurationError
from lth_keras.tasks import labels as checks
from lth_keras.wording import made


class Task:
    """What a network is trained for and judged by. Write a subclass for a loss of your own.

    A subclass must have `loss`, `metric` and `metrics`. The two functions are traced into the
    compiled engine: write them with TensorFlow, from tensors to tensors. By default a task takes
    labels that are finite numbers, in the shape of the network's outputs.

    Attributes:
      metrics: the `Metric`s, in the order of what `metric` gives. Matching, best epochs and figures
        use the first.
      output_name: the name of the outputs in exports.
      fits_labels_alone: whether `fitted` needs no inputs. Then it is also called before the inputs
        are decoded, with None for them, so that a wrong label is said at once.
    """

    metrics = ()
    output_name = "outputs"
    fits_labels_alone = False

    @property
    def main_metric(self):
        """The first of `metrics`."""
        return self.metrics[0]

    def loss(self, labels, outputs, weights):
        """The loss that training minimises, as a weighted sum.

        Args:
          labels: [batch, ...], as from `take_labels`.
          outputs: float32 [batch, ...], of the network.
          weights: None, or float32 [batch], a weight for each example.

        Returns:
          (Σ w·loss, Σ w), two scalars; see `weighted`. The loss is their quotient.
        """
        raise NotImplementedError

    def metric(self, labels, outputs, weights):
        """The metrics: a pair (numerator, denominator) for each of `metrics`.

        Arguments as for `loss`. Numerators and denominators are summed over the batches of a split;
        the metric is the quotient of the sums.
        """
        raise NotImplementedError

    def finish(self, means):
        """The metrics' values, computed from the quotients; both are lists of floats. By default
        they are equal."""
        return means

    def take_labels(self, labels, name, split, examples):
        """Checks labels, and converts them to the form that `loss` reads.

        Args:
          labels: np.ndarray.
          name, split: of the data, for the errors.
          examples: their number.

        Raises:
          ConfigurationError: they are not labels for this task.
        """
        return checks.numbers(labels, name, split, examples)

    def fitted(self, labels, inputs, name, classes=None):
        """The task, completed with what the labels show, such as the number of classes.

        Args:
          labels: of all training examples, as from `take_labels`.
          inputs: those examples; None where the task `fits_labels_alone`.
          name: of the data, for the errors.
          classes: their number, if the data source knows it.

        Raises:
          ConfigurationError: nothing can be learnt from these labels.
        """
        del labels, inputs, name, classes
        return self

    def standardised(self, labels, name):
        """The task, completed with the statistics of the training labels, if it needs any.

        Args:
          labels: as for `fitted`, without the validation examples.
          name: of the data, for the errors.

        Raises:
          ConfigurationError: nothing can be learnt from these labels.
        """
        del labels, name
        return self

    def check_fit(self, labels, name, split):
        """Checks the labels of other splits against what the task was fitted to.

        Raises:
          ConfigurationError: they go beyond it.
        """

    def check_inputs(self, inputs, labels, name, split):
        """Checks the inputs of other splits against what the task was fitted to.

        Args:
          inputs: of all examples of the split: [N, ...], uint8 or float32, or rows on disk, whose
            `parts()` are such arrays. Of examples of several arrays, it is not called.
          labels: of the split, as from `take_labels`.
          name, split: of the data, for the errors.

        Raises:
          ConfigurationError: they go beyond it.
        """

    def output_shape(self, labels_shape):
        """Shape of one example's outputs, given that of its labels.

        The model function gets the last axis as its number of outputs.
        """
        return labels_shape

    def strata(self, labels):
        """Integers [N]; every split keeps their shares. By default all are equal."""
        return np.zeros(len(labels), np.int32)

    def served(self):
        """What a program needs to evaluate an export's outputs, as JSON.

        Its 'kind' is 'classes', 'yes_no', 'numbers' or 'tokens', or 'own': only the outputs are
        compared with those of the export, without a metric.
        """
        return {"kind": "own"}

    def answers(self, outputs):
        """Further results of a served network beside its outputs: {name: tensor}."""
        del outputs
        return {}


def check_task(task, name="Experiment.task"):
    """Checks that `task` is a task.

    Raises:
      ConfigurationError: it is not, has no metric or two of one name, or has an accuracy that is
        not a share.
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
    for metric in task.metrics:
        # metrics.csv refuses other values there: better now than after the first training.
        if f"_{metric.name}".endswith("_accuracy") and not metric.is_share:
            raise ConfigurationError(
                f"{name} has the metric {metric.name!r}, which is no share; expected values from 0 "
                "to 1 and Metric.is_share = True, or a name without 'accuracy'"
            )
