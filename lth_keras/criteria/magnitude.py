"""Magnitude: the weights that training made small go first (LTH)."""

import dataclasses

import gin
import numpy as np


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Magnitude:
    """score = |w| at the end of the round, the criterion of iterative magnitude pruning."""

    def scores(self, evidence):
        """{key: |w|} for the prunable weights of `evidence`."""
        return {key: np.abs(evidence.weights[key]) for key in evidence.masks}
