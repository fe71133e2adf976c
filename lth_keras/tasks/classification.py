"""Classification, the default task: one of C classes for each example, or each position in it."""

import dataclasses

import gin
import numpy as np

from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError
from lth_keras.metric import ACCURACY, Metric
from lth_keras.tasks import labels as checks
from lth_keras.tasks.cross_entropy import cross_entropy, hits, in_top_5, smoothed
from lth_keras.tasks.task import Task
from lth_keras.tasks.weighting import combined, weighted

_TOP_5 = Metric("top5_accuracy", "top-5 accuracy", is_share=True)


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Classification(Task):
    """Softmax cross-entropy over C classes, judged by accuracy.

    Outputs are logits [N, ..., C], labels integers [N, ...] or one-hot [N, ..., C]. Where an
    example has many positions (the pixels of a segmentation, [H, W, C]; the words of a sentence,
    [T, C]), loss and accuracy are means over all positions of all examples.

    Attributes:
      classes: C; None counts those of the training labels, each of which must occur.
      ignore_label: positions with this label are left out of loss and metrics.
      class_weights: C numbers of at least 0: weights of the loss of each class's positions, in
        training and in evaluations; the accuracy does not use them.
      label_smoothing: ε; the target is (1 − ε)·one-hot + ε/C (Szegedy et al. 2016, section 7).
      top5: also measure how often the label is among the five highest of more than five logits.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    classes: int | None = None
    ignore_label: int | None = None
    class_weights: tuple | None = None
    label_smoothing: float = 0.0
    top5: bool = False

    output_name = "logits"
    fits_labels_alone = True

    def __post_init__(self):
        _check_integer(self, "classes", 2)
        _check_integer(self, "ignore_label", None)
        check_smoothing(self)
        if not isinstance(self.top5, bool):
            raise ConfigurationError(
                f"Classification.top5 is {self.top5!r}; expected True or False")
        if self.class_weights is None:
            return
        weights = self.class_weights
        ok = isinstance(weights, (tuple, list)) and len(weights) and all(
            isinstance(each, (int, float)) and not isinstance(each, bool)
            and 0 <= each < float("inf") for each in weights)
        if not ok or not sum(weights):
            raise ConfigurationError(
                f"Classification.class_weights is {weights!r}; expected a number of at least 0 for "
                "each class, not all of them 0, such as (1.0, 5.0)"
            )

    @property
    def metrics(self):
        """Accuracy; with `top5` also top-5 accuracy."""
        return (ACCURACY, _TOP_5) if self.top5 else (ACCURACY,)

    def loss(self, labels, outputs, weights):
        """Cross-entropy, weighed by class; arguments and result as `Task.loss`'s."""
        labels, kept = self._known(labels)
        if self.label_smoothing:
            values = smoothed(labels, outputs, self.label_smoothing)
        else:
            values = cross_entropy(labels, outputs)
        if self.class_weights is not None:
            by_class = tf.gather(tf.constant(self.class_weights, tf.float32), labels)
            kept = by_class if kept is None else kept * by_class
        return weighted(values, combined(weights, kept))

    def metric(self, labels, outputs, weights):
        """Hits, and hits among the top five; arguments and result as `Task.metric`'s."""
        labels, kept = self._known(labels)
        weights = combined(weights, kept)
        shares = (weighted(hits(labels, outputs), weights),)
        return (*shares, weighted(in_top_5(labels, outputs), weights)) if self.top5 else shares

    def take_labels(self, labels, name, split, examples):
        """Class indices; see `labels.class_indices`."""
        return checks.class_indices(labels, name, split, examples)

    def fitted(self, labels, inputs, name, classes=None):
        """The task with its number of classes; arguments as `Task.fitted`'s."""
        del inputs
        number = self.classes or classes
        if number is None:
            number = self._count(labels, name)
        task = dataclasses.replace(self, classes=number)
        if self.class_weights is not None and len(self.class_weights) != number:
            raise ConfigurationError(
                f"Classification.class_weights has {len(self.class_weights)} numbers; expected "
                f"{number}, one for each class of '{name}'"
            )
        if self.top5 and number <= 5:
            raise ConfigurationError(
                f"Classification.top5 is True and '{name}' has {number} classes; expected more "
                "than 5: leave it out"
            )
        task.check_fit(labels, name, "train")
        return task

    def check_fit(self, labels, name, split):
        """Checks that labels are of 0..C-1."""
        checks.check_range(labels, self.classes, self.ignore_label, name, split)

    def output_shape(self, labels_shape):
        """The labels' axes, then one axis of classes."""
        return (*labels_shape, self.classes)

    def strata(self, labels):
        """The labels themselves, where an example has one."""
        return labels if labels.ndim == 1 else super().strata(labels)

    def served(self):
        """See `Task.served`."""
        return {"kind": "classes", "ignore_label": self.ignore_label}

    def answers(self, outputs):
        """Probabilities of the classes, and the most probable one."""
        return {
            "probabilities": tf.nn.softmax(outputs, name="probabilities"),
            "label": tf.argmax(outputs, -1, output_type=tf.int32, name="label"),
        }

    def _count(self, labels, name):
        checks.check_range(labels, 2**20, self.ignore_label, name, "train")
        counted = labels if self.ignore_label is None else labels[labels != self.ignore_label]
        number = int(counted.max()) + 1
        absent = np.setdiff1d(np.arange(number), counted)
        if absent.size:
            raise ConfigurationError(
                f"the training labels of '{name}' lack {absent[:5].tolist()}; expected every "
                f"label of 0..{number - 1}: number the labels without gaps, or give "
                f"Classification.classes = {number}"
            )
        return number

    def _known(self, labels):
        """(labels that the loss can look up, 1 or 0 for each that counts or not; None if all
        count)."""
        labels = tf.cast(labels, tf.int32)
        if self.ignore_label is None:
            return labels, None
        kept = labels != self.ignore_label
        return tf.where(kept, labels, 0), tf.cast(kept, tf.float32)


def check_smoothing(task):
    """Checks a task's `label_smoothing`.

    Raises:
      ConfigurationError: it is not a number from 0 to below 1.
    """
    value = task.label_smoothing
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1:
        raise ConfigurationError(
            f"{type(task).__name__}.label_smoothing is {value!r}; expected 0 to below 1, such as "
            "0.1"
        )


def _check_integer(task, field, least):
    value = getattr(task, field)
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or (
            least is not None and value < least):
        bound = "" if least is None else f" of at least {least}"
        raise ConfigurationError(
            f"{type(task).__name__}.{field} is {value!r}; expected a whole number{bound}, or None")
