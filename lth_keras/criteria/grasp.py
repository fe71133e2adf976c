"""GraSP: keep the weights without which the gradient would shrink."""

import dataclasses
from typing import Any

import gin
import numpy as np

from lth_keras.criteria.criterion import Criterion
from lth_keras.criteria.criterion_inputs import CriterionInputs
from lth_keras.criteria.snip import check_enough, check_examples
from lth_keras.errors import ConfigurationError


@gin.configurable
@dataclasses.dataclass(frozen=True)
class GraSP(Criterion):
    """score = w · (H g), H the Hessian of the loss and g its gradient.

    Removing w changes the squared norm of the gradient by −2·w·(Hg) to first order, so the weights
    with the largest −w·(Hg) are pruned first: their removal makes the gradient's norm larger, or
    smaller by the least.
    Wang, Zhang, Grosse, "Picking Winning Tickets Before Training by Preserving Gradient Flow"
    (ICLR 2020), equation 8 and algorithm 1. Published for pruning at initialisation, in one shot,
    globally.

    Attributes:
      examples: training examples for H and g, drawn without replacement; the paper takes ten of
        each class.
      temperature: what the logits are divided by; 200 in the authors' code.
    """

    examples: int = 100
    temperature: float = 200.0

    def __post_init__(self):
        check_examples(self.examples, "GraSP.examples")
        if not isinstance(self.temperature, (int, float)) or not self.temperature > 0:
            raise ConfigurationError(
                f"GraSP.temperature is {self.temperature!r}; expected a number above 0"
            )

    def check(self, data: Any) -> None:
        """Checks that the data have so many training examples.

        Raises:
          ConfigurationError: they have fewer.
        """
        check_enough(self.examples, data, "GraSP.examples")

    def scores(self, inputs: CriterionInputs) -> dict[str, np.ndarray]:
        """{key: w·(Hg)} for the prunable weights of `inputs`."""
        product = inputs.network.hessian_gradient(self.examples, self.temperature)
        return {key: product[key] * inputs.weights[key] for key in inputs.masks}
