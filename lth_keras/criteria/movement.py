"""Movement: the weights that training moved least go first (DLT)."""

import dataclasses

import gin
import numpy as np


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Movement:
    """score = |w_f − w_i|: Zhou et al., "Deconstructing Lottery Tickets" (2019), figure 3."""

    def scores(self, evidence):
        """{key: |w_f − w_i|} for the prunable weights of `evidence`."""
        return {
            key: np.abs(evidence.weights[key] - evidence.initial[key]) for key in evidence.masks
        }
