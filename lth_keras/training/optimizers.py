"""Optimizers as configurations: gin binds them, the trainer builds the Keras optimizer."""

import dataclasses

import gin

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.training.learning_rates import build_learning_rate


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Adam:
    """Adam (Kingma & Ba 2015), with L2 regularisation in the gradient.

    Attributes:
      learning_rate: a number, or a learning-rate schedule.
      l2: λ in gradient += λ·θ, for every trainable variable, as PyTorch's `weight_decay` of Adam.
      beta_1, beta_2: decay of the moments' running means.
      epsilon: added to the root of the second moment.
    """

    learning_rate: object = 1e-3
    l2: float = 0.0
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8

    def build(self, steps_per_epoch):
        """The Keras optimizer."""
        return keras.optimizers.Adam(
            build_learning_rate(self.learning_rate, steps_per_epoch), self.beta_1, self.beta_2,
            self.epsilon, jit_compile=False,
        )


@gin.configurable
@dataclasses.dataclass(frozen=True)
class AdamW:
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019): θ −= lr·weight_decay·θ."""

    learning_rate: object = 1e-3
    weight_decay: float = 1e-2
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    l2 = 0.0

    def build(self, steps_per_epoch):
        """The Keras optimizer."""
        return keras.optimizers.AdamW(
            build_learning_rate(self.learning_rate, steps_per_epoch), self.weight_decay,
            self.beta_1, self.beta_2, self.epsilon, jit_compile=False,
        )


@gin.configurable
@dataclasses.dataclass(frozen=True)
class SGD:
    """Stochastic gradient descent with momentum, and L2 regularisation in the gradient.

    Attributes:
      learning_rate: a number, or a learning-rate schedule.
      momentum: share of the last update that goes on.
      nesterov: look ahead along it.
      l2: λ in gradient += λ·θ, which for SGD is the literature's weight decay.
    """

    learning_rate: object = 0.1
    momentum: float = 0.9
    nesterov: bool = False
    l2: float = 0.0

    def build(self, steps_per_epoch):
        """The Keras optimizer."""
        return keras.optimizers.SGD(
            build_learning_rate(self.learning_rate, steps_per_epoch), self.momentum,
            self.nesterov, jit_compile=False,
        )


@gin.configurable
@dataclasses.dataclass(frozen=True)
class KerasOptimizer:
    """Any other optimizer of Keras, by name and arguments.

    Attributes:
      name: 'RMSprop', 'Nadam', 'Adagrad', …
      arguments: its constructor's arguments.
      l2: λ in gradient += λ·θ.
    """

    name: str
    arguments: dict = dataclasses.field(default_factory=dict)
    l2: float = 0.0

    def build(self, steps_per_epoch):
        """The Keras optimizer.

        Raises:
          ConfigurationError: Keras has no such optimizer, or it refuses the arguments.
        """
        arguments = dict(self.arguments)
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
            # Not keras.optimizers.get: from a plain configuration it makes legacy optimizers.
            return known[self.name](**{**arguments, "jit_compile": False})
        except (TypeError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            raise ConfigurationError(
                f"KerasOptimizer(name={self.name!r}, arguments={self.arguments!r}): {reason}"
            ) from error


def refuse_clipping(optimizer):
    """Refuses to clip by a norm that pruned weights' gradients would share in.

    Raises:
      ConfigurationError: the Keras optimizer clips by norm.
    """
    for name in ("clipnorm", "global_clipnorm"):
        value = getattr(optimizer, name, None)
        if value is not None:
            raise ConfigurationError(
                f"the optimizer has {name}={value}; a norm over a layer or a network takes pruned "
                "weights into account, so that a ticket would not train as a network of its own; "
                "leave it out, or use clipvalue"
            )
