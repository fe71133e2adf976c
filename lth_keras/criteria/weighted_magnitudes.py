"""Weighted magnitudes: five of DLT's criteria, which differ in two coefficients only."""

import dataclasses
import math

import gin
import numpy as np

from lth_keras.criteria.criterion import Criterion
from lth_keras.criteria.criterion_inputs import CriterionInputs
from lth_keras.errors import ConfigurationError


@gin.configurable
@dataclasses.dataclass(frozen=True)
class WeightedMagnitudes(Criterion):
    """score = final·|w_f| + initial·|w_i|, w_f the trained weight and w_i that of θ_0.

    Zhou et al., "Deconstructing Lottery Tickets" (2019), figure 3: large final (1, 0), small
    final (−1, 0), large init (0, 1), small init (0, −1), magnitude increase (1, −1).

    Attributes:
      final, initial: the coefficients; not both 0.

    Raises:
      ConfigurationError: one is not a finite number; or both are 0, which gives all weights the
        same score.
    """

    final: float
    initial: float

    def __post_init__(self):
        for name in ("final", "initial"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) \
                    or not math.isfinite(value):
                raise ConfigurationError(
                    f"WeightedMagnitudes.{name} is {value!r}; expected a number, like 1 or -1"
                )
        if not self.final and not self.initial:
            raise ConfigurationError(
                "WeightedMagnitudes has final 0 and initial 0, which scores all weights alike; "
                "expected one that is not 0: (1, -1) is the magnitude increase"
            )

    def scores(self, inputs: CriterionInputs) -> dict[str, np.ndarray]:
        """{key: score} for the prunable weights of `inputs`."""
        return {
            key: self.final * np.abs(inputs.weights[key])
            + self.initial * np.abs(inputs.initial[key])
            for key in inputs.masks
        }
