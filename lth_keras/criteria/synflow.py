"""SynFlow: the flow of a network through each weight, without looking at any data."""

import dataclasses

import gin
import numpy as np

from lth_keras.criteria.criterion import Criterion
from lth_keras.criteria.criterion_inputs import CriterionInputs


@gin.configurable
@dataclasses.dataclass(frozen=True)
class SynFlow(Criterion):
    """score = ∂R/∂|w| · |w|, R = 1ᵀ ∏ |θ^l| 1, the network of absolute weights on an input of ones.

    Tanaka, Kunin, Yamins, Ganguli, "Pruning neural networks without any data by iteratively
    conserving synaptic flow" (NeurIPS 2020), equation 2. It prunes iteratively, in 100 steps of an
    exponential schedule (`PrunedMask.iterations`), because pruning in one step makes layers
    collapse.
    """

    def scores(self, inputs: CriterionInputs) -> dict[str, np.ndarray]:
        """{key: flow through each weight} for the prunable weights of `inputs`."""
        gradient = inputs.network.synaptic_flow()
        return {key: gradient[key] * np.abs(inputs.weights[key]) for key in inputs.masks}
