"""Signed magnitude: large trained weights that kept their sign, or that changed it (DLT)."""

import dataclasses

import gin
import numpy as np

from lth_keras.criteria.criterion import Criterion
from lth_keras.criteria.criterion_inputs import CriterionInputs
from lth_keras.errors import ConfigurationError


@gin.configurable
@dataclasses.dataclass(frozen=True)
class SignedMagnitude(Criterion):
    """Large final, same sign: w_f · sign(w_i). Large final, different sign: −w_f · sign(w_i).

    Zhou et al., "Deconstructing Lottery Tickets" (NeurIPS 2019), section 4.2: of all the masks on
    weights that were never trained, the first has the highest accuracy. The paper cuts the scores
    off at 0; here they go on below it, so that equal counts are kept whatever the signs.

    Attributes:
      sign: 'same' or 'different'.

    Raises:
      ConfigurationError: it is neither.
    """

    sign: str = "same"

    def __post_init__(self):
        if self.sign not in ("same", "different"):
            raise ConfigurationError(
                f"SignedMagnitude.sign is {self.sign!r}; expected 'same' or 'different'"
            )

    def scores(self, inputs: CriterionInputs) -> dict[str, np.ndarray]:
        """{key: score} for the prunable weights of `inputs`."""
        factor = 1 if self.sign == "same" else -1
        return {
            key: factor * inputs.weights[key] * np.sign(inputs.initial[key]) for key in inputs.masks
        }
