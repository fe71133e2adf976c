"""Learning-rate schedules: functions of the optimizer's step, so that they go back with it."""

import dataclasses
import math

import gin

from lth_keras.compat import keras, tf
from lth_keras.durations import Duration
from lth_keras.errors import ConfigurationError


@gin.configurable
@dataclasses.dataclass(frozen=True)
class StepDecay:
    """`initial`, multiplied by `factor` at each milestone, after a linear warm-up.

    Attributes:
      initial: learning rate after the warm-up.
      milestones: durations from step 0, ascending: ('80ep', '120ep').
      factor: what the rate is multiplied by at each.
      warmup: duration over which the rate rises linearly from 0.
    """

    initial: float
    milestones: tuple
    factor: float = 0.1
    warmup: str = "0it"

    def __post_init__(self):
        _check_positive(self.initial, "StepDecay.initial")
        _check_positive(self.factor, "StepDecay.factor")
        for milestone in self.milestones:
            Duration.parse(milestone, "StepDecay.milestones")
        Duration.parse(self.warmup, "StepDecay.warmup")

    def build(self, steps_per_epoch):
        """The Keras schedule, with durations turned into steps."""
        boundaries = [Duration.parse(each).steps(steps_per_epoch) for each in self.milestones]
        values = [self.initial * self.factor**i for i in range(len(boundaries) + 1)]
        # Keras changes the value AFTER its boundary; a milestone is the first step at the new one.
        decay = keras.optimizers.schedules.PiecewiseConstantDecay(
            [boundary - 1 for boundary in boundaries], values
        ) if boundaries else _Constant(self.initial)
        return _warmed(decay, Duration.parse(self.warmup).steps(steps_per_epoch))


@gin.configurable
@dataclasses.dataclass(frozen=True)
class CosineDecay:
    """Half a cosine from `initial` to 0 over `duration`, after a linear warm-up.

    Attributes:
      initial: learning rate after the warm-up.
      duration: from step 0 to the end of the decay, the warm-up included.
      warmup: duration over which the rate rises linearly from 0.
    """

    initial: float
    duration: str
    warmup: str = "0it"

    def __post_init__(self):
        _check_positive(self.initial, "CosineDecay.initial")
        Duration.parse(self.duration, "CosineDecay.duration")
        Duration.parse(self.warmup, "CosineDecay.warmup")

    def build(self, steps_per_epoch):
        """The Keras schedule, with durations turned into steps."""
        steps = Duration.parse(self.duration).steps(steps_per_epoch)
        warmup = Duration.parse(self.warmup).steps(steps_per_epoch)
        if warmup >= steps:
            raise ConfigurationError(
                f"CosineDecay.warmup is {self.warmup!r}; expected less than its duration, "
                f"{self.duration!r}"
            )
        return _Cosine(self.initial, steps, warmup)


def build_learning_rate(learning_rate, steps_per_epoch):
    """A number as it is, or the Keras schedule of `StepDecay`, `CosineDecay` and their like.

    Raises:
      ConfigurationError: neither a positive number nor an object with `build`.
    """
    if hasattr(learning_rate, "build"):
        return learning_rate.build(steps_per_epoch)
    _check_positive(learning_rate, "learning_rate")
    return float(learning_rate)


def _check_positive(value, name):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0 \
            or not math.isfinite(value):
        raise ConfigurationError(f"{name} is {value!r}; expected a positive number")


def _warmed(decay, warmup):
    return _Warmup(decay, warmup) if warmup else decay


class _Constant(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, value):
        self.value = value

    def __call__(self, step):
        return tf.constant(self.value)

    def get_config(self):
        return {"value": self.value}


class _Warmup(keras.optimizers.schedules.LearningRateSchedule):
    """min(1, (step + 1) / warmup) · decay(step)"""

    def __init__(self, decay, warmup):
        self.decay, self.warmup = decay, warmup

    def __call__(self, step):
        share = (tf.cast(step, tf.float32) + 1.0) / float(self.warmup)
        return tf.minimum(share, 1.0) * self.decay(step)

    def get_config(self):
        return {"decay": self.decay, "warmup": self.warmup}


class _Cosine(keras.optimizers.schedules.LearningRateSchedule):
    """initial · ½(1 + cos π·(step − warmup)/(steps − warmup)), after the warm-up."""

    def __init__(self, initial, steps, warmup):
        self.initial, self.steps, self.warmup = initial, steps, warmup

    def __call__(self, step):
        step = tf.cast(step, tf.float32)
        share = tf.clip_by_value((step - self.warmup) / (self.steps - self.warmup), 0.0, 1.0)
        decayed = self.initial * 0.5 * (1.0 + tf.cos(math.pi * share))
        if not self.warmup:
            return decayed
        return tf.minimum((step + 1.0) / self.warmup, 1.0) * decayed

    def get_config(self):
        return {"initial": self.initial, "steps": self.steps, "warmup": self.warmup}
