"""Learning-rate schedules: functions of the optimizer's step, so that rewinding rewinds them too.

A step is the number of updates made before: the very first update has the rate of step 0. A
constant rate is a number and needs no schedule; with a warm-up it is `StepDecay` without
milestones.
"""

import dataclasses
import math
from typing import Any

import gin

from lth_keras.compat import keras, tf
from lth_keras.durations import Duration
from lth_keras.errors import ConfigurationError
from lth_keras.wording import made


class RateSchedule:
    """The configuration of a learning-rate schedule; write a subclass for your own."""

    def build(self, steps_per_epoch: int) -> Any:
        """A Keras schedule; `steps_per_epoch` turns durations in epochs into steps."""
        raise NotImplementedError


@gin.configurable
@dataclasses.dataclass(frozen=True)
class StepDecay(RateSchedule):
    """`initial`, multiplied by `factor` at each milestone, after a linear warm-up.

    The schedule of He et al. 2016 (section 4.2) and LMC. With w steps of warm-up, step t has
    min(1, (t + 1) / w) of it (Goyal et al. 2017, section 2.2: a constant increment per step). The
    first update has a rate above 0, and step w − 1 is the first at the full rate.

    Attributes:
      initial: learning rate after the warm-up.
      milestones: durations from step 0, ascending: ('80ep', '120ep'). The first update after a
        duration is the first at the new rate.
      factor: the rate is multiplied by it at each milestone.
      warmup: duration over which the rate rises linearly.

    Raises:
      ConfigurationError: a number is not positive, or a text is not a duration.
    """

    initial: float
    milestones: tuple = ()
    factor: float = 0.1
    warmup: str = "0it"

    def __post_init__(self):
        _check_positive(self.initial, "StepDecay.initial")
        _check_positive(self.factor, "StepDecay.factor")
        if not isinstance(self.milestones, (tuple, list)):
            raise ConfigurationError(
                f"StepDecay.milestones is {self.milestones!r}; expected a tuple of durations, "
                "like ('80ep', '120ep')"
            )
        for milestone in self.milestones:
            Duration.parse(milestone, "StepDecay.milestones")
        Duration.parse(self.warmup, "StepDecay.warmup")

    def build(self, steps_per_epoch: int) -> Any:
        """The Keras schedule, with durations turned into steps.

        Raises:
          ConfigurationError: the milestones do not ascend.
        """
        boundaries = [Duration.parse(each).steps(steps_per_epoch) for each in self.milestones]
        if any(later <= earlier for earlier, later in zip(boundaries, boundaries[1:])):
            raise ConfigurationError(
                f"StepDecay.milestones is {self.milestones!r}, which are the steps {boundaries}; "
                "expected each to come after the one before"
            )
        return _Steps(self.initial, self.factor, boundaries,
                      Duration.parse(self.warmup).steps(steps_per_epoch))


@gin.configurable
@dataclasses.dataclass(frozen=True)
class CosineDecay(RateSchedule):
    """Half a cosine from `initial` to 0 over `duration`, after a linear warm-up.

    Loshchilov & Hutter 2017 (SGDR, equation 5) without restarts: with T steps of which w are
    warm-up, step t ≥ w has ½(1 + cos π(t − w)/(T − w)) of `initial`, and 0 from step T on. The
    last update of a training of that duration is therefore small, but above 0. The warm-up is
    that of `StepDecay`.

    Attributes:
      initial: learning rate after the warm-up.
      duration: from step 0 to the end of the decay, the warm-up included.
      warmup: duration over which the rate rises linearly.

    Raises:
      ConfigurationError: `initial` is not positive, or a text is not a duration.
    """

    initial: float
    duration: str
    warmup: str = "0it"

    def __post_init__(self):
        _check_positive(self.initial, "CosineDecay.initial")
        Duration.parse(self.duration, "CosineDecay.duration")
        Duration.parse(self.warmup, "CosineDecay.warmup")

    def build(self, steps_per_epoch: int) -> Any:
        """The Keras schedule, with durations turned into steps.

        Raises:
          ConfigurationError: the warm-up is as long as the duration, or longer.
        """
        steps = Duration.parse(self.duration).steps(steps_per_epoch)
        warmup = Duration.parse(self.warmup).steps(steps_per_epoch)
        if warmup >= steps:
            raise ConfigurationError(
                f"CosineDecay.warmup is {self.warmup!r}; expected less than its duration, "
                f"{self.duration!r}"
            )
        return _Cosine(self.initial, steps, warmup)


@gin.configurable
@dataclasses.dataclass(frozen=True)
class KerasSchedule(RateSchedule):
    """Any schedule of Keras's own, by name and arguments; durations are in updates.

    Attributes:
      name: 'ExponentialDecay', 'PiecewiseConstantDecay', 'PolynomialDecay', …
      arguments: its constructor's arguments.

    Raises:
      ConfigurationError: Keras has no such schedule, or it refuses the arguments.
    """

    name: str
    arguments: dict[str, Any] = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        known = sorted(
            name for name, each in vars(keras.optimizers.schedules).items()
            if isinstance(each, type) and name not in ("LearningRateSchedule",))
        if self.name not in known:
            raise ConfigurationError(
                f"KerasSchedule.name is {self.name!r}; expected one of {', '.join(known)}")
        self.build(1)

    def build(self, steps_per_epoch: int) -> Any:
        """The Keras schedule."""
        del steps_per_epoch
        try:
            return getattr(keras.optimizers.schedules, self.name)(**self.arguments)
        except (TypeError, ValueError) as error:
            raise ConfigurationError(
                f"KerasSchedule(name={self.name!r}, arguments={self.arguments!r}): "
                f"{str(error).strip().splitlines()[0]}"
            ) from error


def check_learning_rate(learning_rate: Any, name: str) -> None:
    """Checks that a value is a learning rate.

    Raises:
      ConfigurationError: neither a positive number nor a `RateSchedule`.
    """
    if isinstance(learning_rate, type):
        raise ConfigurationError(
            f"{name} is the class {learning_rate.__name__}; expected a positive number or a "
            f"schedule with brackets, like {made(learning_rate.__name__)}"
        )
    if not isinstance(learning_rate, RateSchedule):
        _check_positive(learning_rate, name)


def build_learning_rate(learning_rate: Any, steps_per_epoch: int) -> Any:
    """A number unchanged, or the Keras schedule of a `RateSchedule`.

    Raises:
      ConfigurationError: it is neither.
    """
    check_learning_rate(learning_rate, "learning_rate")
    if isinstance(learning_rate, RateSchedule):
        return learning_rate.build(steps_per_epoch)
    return float(learning_rate)


def _check_positive(value, name):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0 \
            or not math.isfinite(value):
        raise ConfigurationError(f"{name} is {value!r}; expected a positive number")


class _Steps(keras.optimizers.schedules.LearningRateSchedule):
    """`StepDecay` in steps."""

    def __init__(self, initial, factor, boundaries, warmup):
        self.initial, self.factor = initial, factor
        self.boundaries, self.warmup = list(boundaries), warmup

    def __call__(self, step):
        # The powers are computed here, in double precision; XLA then needs no branch, only a list.
        rates = [self.initial * self.factor**i for i in range(len(self.boundaries) + 1)]
        boundaries = tf.constant(self.boundaries, tf.int64)
        passed = tf.reduce_sum(tf.cast(tf.cast(step, tf.int64) >= boundaries, tf.int32))
        return tf.gather(tf.constant(rates, tf.float32), passed) * _ramp(step, self.warmup)

    def get_config(self) -> dict:
        return {"initial": self.initial, "factor": self.factor, "boundaries": self.boundaries,
                "warmup": self.warmup}


class _Cosine(keras.optimizers.schedules.LearningRateSchedule):
    """`CosineDecay` in steps."""

    def __init__(self, initial, steps, warmup):
        self.initial, self.steps, self.warmup = initial, steps, warmup

    def __call__(self, step):
        done = tf.cast(step, tf.float32) - self.warmup
        share = tf.clip_by_value(done / (self.steps - self.warmup), 0.0, 1.0)
        return self.initial * 0.5 * (1.0 + tf.cos(math.pi * share)) * _ramp(step, self.warmup)

    def get_config(self) -> dict:
        return {"initial": self.initial, "steps": self.steps, "warmup": self.warmup}


def _ramp(step, warmup):
    if not warmup:
        return 1.0
    return tf.minimum((tf.cast(step, tf.float32) + 1.0) / warmup, 1.0)
