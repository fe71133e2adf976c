"""Magnitude: the weights that are small after training are pruned first (LTH)."""

import dataclasses

import gin
import numpy as np

from lth_keras.criteria.criterion import Criterion
from lth_keras.criteria.criterion_inputs import CriterionInputs


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Magnitude(Criterion):
    """score = |w| at the end of the round, the criterion of iterative magnitude pruning."""

    def scores(self, inputs: CriterionInputs) -> dict[str, np.ndarray]:
        """{key: |w|} for the prunable weights of `inputs`."""
        return {key: np.abs(inputs.weights[key]) for key in inputs.masks}
