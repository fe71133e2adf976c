"""Random: the control that every criterion has to beat."""

import dataclasses

import gin
import numpy as np

from lth_keras.criteria.criterion import Criterion
from lth_keras.criteria.criterion_inputs import CriterionInputs


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Random(Criterion):
    """score: uniform in [0, 1), independent of the weights, by the round's own seed."""

    def scores(self, inputs: CriterionInputs) -> dict[str, np.ndarray]:
        """{key: random numbers} for the prunable weights of `inputs`."""
        return {key: inputs.generator.random(mask.shape) for key, mask in inputs.masks.items()}
