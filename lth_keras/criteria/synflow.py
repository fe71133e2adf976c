"""SynFlow: the flow of a network through each weight, without looking at any data."""

import dataclasses

import gin
import numpy as np


@gin.configurable
@dataclasses.dataclass(frozen=True)
class SynFlow:
    """score = ∂R/∂|w| · |w|, R = 1ᵀ ∏ |θ^l| 1, the network of absolute weights on an input of ones.

    Tanaka, Kunin, Yamins, Ganguli, "Pruning neural networks without any data by iteratively
    conserving synaptic flow" (NeurIPS 2020), equation 2. Its point is to prune iteratively, over
    100 steps of an exponential schedule (`PrunedMask.iterations`): in one shot layers collapse.
    """

    def scores(self, evidence):
        """{key: flow through each weight} for the prunable weights of `evidence`."""
        gradient = evidence.network.synaptic_flow()
        return {key: gradient[key] * np.abs(evidence.weights[key]) for key in evidence.masks}
