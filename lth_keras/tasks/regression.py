"""Regression: one number for each example, several, or an image of them."""

import dataclasses

import gin
import numpy as np

from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError
from lth_keras.metric import Metric
from lth_keras.tasks.task import Task
from lth_keras.tasks.weighting import weighted

# About a hundredth of the error of a constant prediction.
_MARGIN = 0.01


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Regression(Task):
    """Mean squared error of standardised labels, judged by the mean absolute error in their unit.

    Outputs [N, ..., K] stand for (label − mean) / std; labels are of the same shape, [N] stands
    for [N, 1]. Both errors are means over all entries. Exports and metrics give values in the
    labels' unit.

    Attributes:
      unit: of the labels, for axes and tables, such as 'mmHg'.
      mean, std: labels are standardised by them; a number, or one per output. None takes those of
        the training labels; 0.0 and 1.0 leave labels unchanged.
      margin: how much larger an error still counts as matching, in the labels' unit; None is a
        hundredth of `std`, averaged over the outputs.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    unit: str = ""
    mean: float | tuple | None = None
    std: float | tuple | None = None
    margin: float | None = None

    fits_labels_alone = True

    def __post_init__(self):
        if not isinstance(self.unit, str):
            raise ConfigurationError(
                f"Regression.unit is {self.unit!r}; expected a text such as 'mmHg'")
        for name in ("mean", "std"):
            value = getattr(self, name)
            if value is None:
                continue
            values = value if isinstance(value, (tuple, list)) else (value,)
            ok = values and all(
                isinstance(each, (int, float)) and not isinstance(each, bool)
                and np.isfinite(each) and (name == "mean" or each > 0) for each in values)
            if not ok:
                raise ConfigurationError(
                    f"Regression.{name} is {value!r}; expected a finite number"
                    f"{' above 0' if name == 'std' else ''}, one per output, or None"
                )
        _ = self.metrics  # The metric's constructor checks the margin.

    @property
    def metrics(self):
        """The mean absolute error."""
        margin = self.margin
        if margin is None:
            margin = 0.0 if self.std is None else _MARGIN * float(np.mean(self.std))
        return (Metric("mae", "mean absolute error", self.unit, higher_is_better=False,
                       margin=margin),)

    def loss(self, labels, outputs, weights):
        """Mean squared error in standard deviations; arguments and result as `Task.loss`'s."""
        return weighted(tf.square(self.off(labels, outputs)), weights)

    def metric(self, labels, outputs, weights):
        """Mean absolute error in the labels' unit; arguments and result as `Task.metric`'s."""
        std = tf.constant(self.std, tf.float32)
        return (weighted(tf.abs(self.off(labels, outputs)) * std, weights),)

    def standardised(self, labels, name):
        """The task with the training labels' mean and standard deviation, where none is given."""
        outputs = labels.shape[-1]
        flat = labels.reshape(-1, outputs).astype(np.float64)
        given = {"mean": self.mean, "std": self.std}
        for field, value in given.items():
            if isinstance(value, (tuple, list)) and len(value) != outputs:
                raise ConfigurationError(
                    f"Regression.{field} has {len(value)} numbers; expected one, or {outputs}, one "
                    f"for each output of '{name}'"
                )
        mean = tuple(flat.mean(0).tolist()) if self.mean is None else self.mean
        std = tuple(flat.std(0).tolist()) if self.std is None else self.std
        constant = [index for index, each in enumerate(np.atleast_1d(std)) if not each > 0]
        if constant:
            raise ConfigurationError(
                f"the training labels of '{name}' are all {flat[0, constant[0]]:g} in column "
                f"{constant[0]}; expected numbers that differ: leave that column out, or give "
                "Regression.std"
            )
        return dataclasses.replace(self, mean=mean, std=std)

    def served(self):
        """See `Task.served`; with std and mean: labels = outputs · std + mean."""
        return {"kind": "numbers", "mean": np.atleast_1d(self.mean).tolist(),
                "std": np.atleast_1d(self.std).tolist()}

    def answers(self, outputs):
        """The prediction, in the labels' unit."""
        value = outputs * tf.constant(self.std, tf.float32) + tf.constant(self.mean, tf.float32)
        return {"prediction": tf.identity(value, "prediction")}

    def off(self, labels, outputs):
        """Outputs minus standardised labels, float32 [N, ..., K]: what a loss of your own reads."""
        labels = tf.cast(labels, tf.float32) - tf.constant(self.mean, tf.float32)
        return tf.cast(outputs, tf.float32) - labels / tf.constant(self.std, tf.float32)
