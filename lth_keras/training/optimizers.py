"""Optimizers as configurations: gin binds them, the trainer builds the Keras optimizer."""

import dataclasses
import math
import numbers
from typing import Any

import gin

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.training.learning_rates import build_learning_rate, check_learning_rate

# The smallest normal number of float32.
_SMALLEST = 2.0**-126


class Optimizer:
    """The configuration of an optimizer; write a subclass for an optimizer of your own.

    Attributes:
      l2: λ in gradient += λ·θ, for every trainable variable.
    """

    l2 = 0.0

    def build(self, steps_per_epoch: int) -> Any:
        """A new Keras optimizer; `steps_per_epoch` turns durations in epochs into steps."""
        raise NotImplementedError


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Adam(Optimizer):
    """Adam (Kingma & Ba 2015), with L2 regularisation in the gradient.

    Attributes:
      learning_rate: a number, or a learning-rate schedule.
      l2: λ in gradient += λ·θ, for every trainable variable, as PyTorch's `weight_decay` of Adam.
      beta_1, beta_2: decay of the moments' running means, in [0, 1).
      epsilon: added to the root of the second moment; above 0, because the second moment of a
        pruned weight is 0.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    learning_rate: object = 1e-3
    l2: float = 0.0
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self):
        _check(self, learning_rate=check_learning_rate, l2=_not_negative, beta_1=_share,
               beta_2=_share, epsilon=_positive)

    def build(self, steps_per_epoch: int) -> Any:
        """The Keras optimizer."""
        return keras.optimizers.Adam(
            build_learning_rate(self.learning_rate, steps_per_epoch), self.beta_1, self.beta_2,
            self.epsilon, jit_compile=False,
        )


@gin.configurable
@dataclasses.dataclass(frozen=True)
class AdamW(Optimizer):
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019): θ −= lr·weight_decay·θ.

    Attributes and errors as `Adam`'s, but for `weight_decay` in the place of `l2`.
    """

    learning_rate: object = 1e-3
    weight_decay: float = 1e-2
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self):
        _check(self, learning_rate=check_learning_rate, weight_decay=_not_negative,
               beta_1=_share, beta_2=_share, epsilon=_positive)

    def build(self, steps_per_epoch: int) -> Any:
        """The Keras optimizer."""
        return keras.optimizers.AdamW(
            build_learning_rate(self.learning_rate, steps_per_epoch), self.weight_decay,
            self.beta_1, self.beta_2, self.epsilon, jit_compile=False,
        )


@gin.configurable
@dataclasses.dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent with momentum, and L2 regularisation in the gradient.

    Attributes:
      learning_rate: a number, or a learning-rate schedule.
      momentum: share of the last update that is added to the next, in [0, 1).
      nesterov: whether to use Nesterov's momentum.
      l2: λ in gradient += λ·θ, which for SGD is the literature's weight decay.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    learning_rate: object = 0.1
    momentum: float = 0.9
    nesterov: bool = False
    l2: float = 0.0

    def __post_init__(self):
        _check(self, learning_rate=check_learning_rate, momentum=_share, nesterov=_either,
               l2=_not_negative)

    def build(self, steps_per_epoch: int) -> Any:
        """The Keras optimizer."""
        return keras.optimizers.SGD(
            build_learning_rate(self.learning_rate, steps_per_epoch), self.momentum,
            self.nesterov, jit_compile=False,
        )


@gin.configurable
@dataclasses.dataclass(frozen=True)
class KerasOptimizer(Optimizer):
    """Any other optimizer of Keras, by name and arguments.

    Attributes:
      name: 'RMSprop', 'Nadam', 'Adagrad', …
      arguments: its constructor's arguments.
      l2: λ in gradient += λ·θ.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    name: str
    arguments: dict = dataclasses.field(default_factory=dict)
    l2: float = 0.0

    def __post_init__(self):
        _check(self, name=_text, arguments=_named, l2=_not_negative)
        if "learning_rate" in self.arguments:
            check_learning_rate(
                self.arguments["learning_rate"], "KerasOptimizer.arguments['learning_rate']")

    def build(self, steps_per_epoch: int) -> Any:
        """The Keras optimizer.

        Raises:
          ConfigurationError: Keras has no such optimizer, or it refuses the arguments.
        """
        arguments = dict(self.arguments)
        _check_adafactor(self.name, arguments)
        _check_ftrl(self.name, arguments)
        if "learning_rate" in arguments:
            arguments["learning_rate"] = build_learning_rate(
                arguments["learning_rate"], steps_per_epoch
            )
        known = {
            name: each for name, each in vars(keras.optimizers).items()
            if isinstance(each, type) and issubclass(each, keras.optimizers.Optimizer)
            and each is not keras.optimizers.Optimizer
        }
        if self.name not in known:
            raise ConfigurationError(
                f"KerasOptimizer.name is {self.name!r}; expected one of {', '.join(sorted(known))}"
            )
        try:
            # Not keras.optimizers.get, which makes legacy optimizers from a plain configuration.
            return known[self.name](**{**arguments, "jit_compile": False})
        except (TypeError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            raise ConfigurationError(
                f"KerasOptimizer(name={self.name!r}, arguments={self.arguments!r}): {reason}"
            ) from error


def _check_adafactor(name, arguments):
    """Adafactor divides by products of means over rows and columns, both ε₁ where all is pruned."""
    epsilon = arguments.get("epsilon_1", 1e-30)
    if name == "Adafactor" and isinstance(epsilon, float) and epsilon**2 < _SMALLEST:
        raise ConfigurationError(
            f"KerasOptimizer of Adafactor has epsilon_1 = {epsilon!r}, whose square is 0 in "
            "float32: where a row and a column of a kernel are pruned, weights would become NaN; "
            "expected arguments={'epsilon_1': 1e-12, …}")


def _check_ftrl(name, arguments):
    """FTRL divides by √(Σ g²)/lr + 2·l2 + beta/lr, which is 0 for a pruned weight."""
    if name == "Ftrl" and not (
            arguments.get("beta") or arguments.get("l2_regularization_strength")):
        raise ConfigurationError(
            "KerasOptimizer of Ftrl has beta and l2_regularization_strength 0, so that it divides "
            "0 by 0 for a pruned weight; expected arguments={'beta': 1.0, …}")


def refuse_clipping(optimizer: Any) -> None:
    """Refuses an optimizer that clips by norm: pruned weights' gradients would count in the norm.

    Raises:
      ConfigurationError: the Keras optimizer clips by norm, or averages weights.
    """
    for name in ("clipnorm", "global_clipnorm"):
        value = getattr(optimizer, name, None)
        if value is not None:
            raise ConfigurationError(
                f"the optimizer has {name}={value}; a norm over a layer or a network takes pruned "
                "weights into account, so that a ticket would not train as a network of its own; "
                "leave it out, or use clipvalue"
            )
    if getattr(optimizer, "use_ema", False):
        raise ConfigurationError(
            "the optimizer has use_ema=True, whose averages begin with the weights that the model "
            "was built with and not with those of the network; leave it out"
        )


def _check(configured, **checks):
    """Calls each field's check with the field's value and name."""
    for field, check in checks.items():
        check(getattr(configured, field), f"{type(configured).__name__}.{field}")


def _not_negative(value, name):
    _expect(_is_number(value) and value >= 0, value, name, "a number of at least 0")


def _positive(value, name):
    _expect(_is_number(value) and value > 0, value, name, "a number above 0")


def _share(value, name):
    _expect(_is_number(value) and 0 <= value < 1, value, name, "a number in [0, 1)")


def _either(value, name):
    _expect(isinstance(value, bool), value, name, "True or False")


def _text(value, name):
    _expect(isinstance(value, str), value, name, "an optimizer's name, like 'RMSprop'")


def _named(value, name):
    _expect(isinstance(value, dict) and all(isinstance(key, str) for key in value), value, name,
            "its constructor's arguments by name, like {'learning_rate': 0.001}")


def _is_number(value):
    return (
        isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)
    )


def _expect(holds, value, name, expected):
    if not holds:
        raise ConfigurationError(f"{name} is {value!r}; expected {expected}")
