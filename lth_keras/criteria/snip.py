"""SNIP: how strongly the loss depends on each connection."""

import dataclasses
from typing import Any

import gin
import numpy as np

from lth_keras.criteria.criterion import Criterion
from lth_keras.criteria.criterion_inputs import CriterionInputs
from lth_keras.errors import ConfigurationError


@gin.configurable
@dataclasses.dataclass(frozen=True)
class SNIP(Criterion):
    """score = |∂L/∂w · w|, the sensitivity of the loss to a gate on the connection, at gate 1.

    Lee, Ajanthan, Torr, "SNIP" (ICLR 2019), equations 4 and 5; its division by the sum of all
    scores changes no ranking. Published for pruning at initialisation, in one shot, globally.

    Attributes:
      examples: training examples for the gradient, drawn without replacement. The paper takes one
        batch of training, 100 on MNIST and 128 on CIFAR-10.
    """

    examples: int = 128

    def __post_init__(self):
        check_examples(self.examples, "SNIP.examples")

    def check(self, data: Any) -> None:
        """Checks that the data have so many training examples.

        Raises:
          ConfigurationError: they have fewer.
        """
        check_enough(self.examples, data, "SNIP.examples")

    def scores(self, inputs: CriterionInputs) -> dict[str, np.ndarray]:
        """{key: |g·w|} for the prunable weights of `inputs`."""
        gradient = inputs.network.gradient(self.examples)
        return {key: np.abs(gradient[key] * inputs.weights[key]) for key in inputs.masks}


def check_examples(value: Any, name: str) -> None:
    """Raises ConfigurationError unless `value` is a whole number of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(f"{name} is {value!r}; expected a whole number, at least 1")


def check_enough(value: int, data: Any, name: str) -> None:
    """Raises ConfigurationError unless `data` have `value` training examples to draw."""
    size = data.size("train")
    if value > size:
        raise ConfigurationError(
            f"{name} is {value}; {data.name} has {size} training examples: ask for no more"
        )
