"""SynFlow: the flow of a network through each weight, without looking at any data."""

import dataclasses
from typing import Any

import gin
import numpy as np

from lth_keras.criteria.criterion import Criterion
from lth_keras.criteria.criterion_inputs import CriterionInputs
from lth_keras.errors import ConfigurationError


@gin.configurable
@dataclasses.dataclass(frozen=True)
class SynFlow(Criterion):
    """score = ∂R/∂|w| · |w|, R = 1ᵀ ∏ |θ^l| 1, the network of absolute weights on an input of ones.

    Tanaka, Kunin, Yamins, Ganguli, "Pruning neural networks without any data by iteratively
    conserving synaptic flow" (NeurIPS 2020), equation 2. It prunes iteratively, in 100 steps of an
    exponential schedule (`PrunedMask.iterations`), because pruning in one step makes layers
    collapse.
    """

    def check_model(self, model: Any) -> None:
        """Checks that flow can start at the model's inputs.

        Raises:
          ConfigurationError: it has an `Embedding`. What is looked up is no product with the input:
            of tokens one only would be in the scores, and of places all would outweigh the flow.
        """
        for part in model.submodules:
            # By name: criteria are read without TensorFlow.
            if "Embedding" in [each.__name__ for each in type(part).__mro__]:
                raise ConfigurationError(
                    f"SynFlow sends an input of ones through the network, and layer {part.name!r} "
                    "is an Embedding: what it looks up is no product with that input; expected a "
                    "network without Embedding, or another criterion, such as SNIP")

    def scores(self, inputs: CriterionInputs) -> dict[str, np.ndarray]:
        """{key: flow through each weight} for the prunable weights of `inputs`."""
        gradient = inputs.network.synaptic_flow()
        return {key: gradient[key] * np.abs(inputs.weights[key]) for key in inputs.masks}
