"""Movement: the weights that training has changed least are pruned first (DLT)."""

import dataclasses

import gin
import numpy as np

from lth_keras.criteria.criterion import Criterion
from lth_keras.criteria.criterion_inputs import CriterionInputs


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Movement(Criterion):
    """score = |w_f − w_i|: Zhou et al., "Deconstructing Lottery Tickets" (2019), figure 3."""

    def scores(self, inputs: CriterionInputs) -> dict[str, np.ndarray]:
        """{key: |w_f − w_i|} for the prunable weights of `inputs`."""
        return {
            key: np.abs(inputs.weights[key] - inputs.initial[key]) for key in inputs.masks
        }
