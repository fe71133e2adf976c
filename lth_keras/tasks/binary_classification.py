"""Binary classification: one yes-or-no question, or K independent ones (multi-label)."""

import dataclasses

import gin
import numpy as np

from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError
from lth_keras.metric import ACCURACY, Metric
from lth_keras.tasks import labels as checks
from lth_keras.tasks.task import Task
from lth_keras.tasks.weighting import combined, weighted

_F1 = Metric("f1", "F1", is_share=True)


@gin.configurable
@dataclasses.dataclass(frozen=True)
class BinaryClassification(Task):
    """Sigmoid cross-entropy of K independent logits, judged by accuracy and F1.

    Outputs are logits [N, ..., K], labels 0 and 1 of the same shape; [N] stands for [N, 1]. Loss
    and accuracy are means over all entries. F1 = 2·TP / (2·TP + FP + FN) counts the entries of all
    outputs together (micro average), and is 0 where there is no positive at all.

    Attributes:
      positive_weight: weight of the loss of an entry with the label 1.
      label_smoothing: ε; the target is (1 − ε)·label + ε/2.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    positive_weight: float = 1.0
    label_smoothing: float = 0.0

    metrics = (ACCURACY, _F1)
    output_name = "logits"
    fits_labels_alone = True

    def __post_init__(self):
        for name, least, most, example in (
                ("positive_weight", 0, float("inf"), "3.0"), ("label_smoothing", -1e-9, 1, "0.1")):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) \
                    or not least < value < most:
                raise ConfigurationError(
                    f"BinaryClassification.{name} is {value!r}; expected a number "
                    f"{'above 0' if name == 'positive_weight' else 'from 0 to below 1'}, such as "
                    f"{example}"
                )

    def loss(self, labels, outputs, weights):
        """Sigmoid cross-entropy; arguments and result as `Task.loss`'s."""
        labels, outputs = tf.cast(labels, tf.float32), tf.cast(outputs, tf.float32)
        own = None if self.positive_weight == 1 else tf.where(
            labels == 1, float(self.positive_weight), 1.0)
        if self.label_smoothing:
            target = labels * (1 - self.label_smoothing) + self.label_smoothing / 2
        else:
            target = labels
        values = tf.nn.sigmoid_cross_entropy_with_logits(target, outputs)
        return weighted(values, combined(weights, own))

    def metric(self, labels, outputs, weights):
        """Accuracy per entry, and F1; arguments and result as `Task.metric`'s."""
        said, positive = outputs > 0, tf.cast(labels, tf.float32) == 1
        # NaN is not above 0: without this check it would be right where the label is 0.
        right = (said == positive) & tf.math.is_finite(outputs)
        both, _ = weighted(tf.cast(right & positive, tf.float32), weights)
        wrong, _ = weighted(tf.cast(~right, tf.float32), weights)
        return weighted(tf.cast(right, tf.float32), weights), (2 * both, 2 * both + wrong)

    def take_labels(self, labels, name, split, examples):
        """Zeros and ones, float32 [N, ..., K]."""
        return checks.zeros_and_ones(labels, name, split, examples)

    def fitted(self, labels, inputs, name, classes=None):
        """The task itself; checks the labels. Arguments as `Task.fitted`'s."""
        del inputs, classes
        flat = labels.reshape(-1, labels.shape[-1])
        same = np.flatnonzero((flat == flat[0]).all(0))
        if same.size:
            raise ConfigurationError(
                f"the training labels of '{name}' are all {flat[0, same[0]]:g} in column "
                f"{same[0]}; expected both 0 and 1: leave that column out"
            )
        return self

    def strata(self, labels):
        """The labels, where an example has one."""
        one = labels.ndim == 2 and labels.shape[1] == 1
        return labels[:, 0].astype(np.int32) if one else super().strata(labels)

    def served(self):
        """See `Task.served`."""
        return {"kind": "yes_no"}

    def answers(self, outputs):
        """The probability of each yes, and the answers."""
        return {
            "probabilities": tf.nn.sigmoid(outputs, name="probabilities"),
            "label": tf.cast(outputs > 0, tf.int32, name="label"),
        }
