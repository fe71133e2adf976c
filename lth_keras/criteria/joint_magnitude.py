"""Joint magnitude: weights that are large, or small, both before and after training (DLT)."""

import dataclasses

import gin
import numpy as np

from lth_keras.criteria.criterion import Criterion
from lth_keras.criteria.criterion_inputs import CriterionInputs
from lth_keras.errors import ConfigurationError


@gin.configurable
@dataclasses.dataclass(frozen=True)
class JointMagnitude(Criterion):
    """Large init, large final: min(α·|w_f|, |w_i|). Small init, small final: −max(α·|w_f|, |w_i|).

    Zhou et al., "Deconstructing Lottery Tickets" (2019), figure 3.

    Attributes:
      keep: 'large' or 'small'.
      alpha: α, what the trained magnitude is multiplied by to be comparable with the initial one.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    keep: str = "large"
    alpha: float = 1.0

    def __post_init__(self):
        if self.keep not in ("large", "small"):
            raise ConfigurationError(
                f"JointMagnitude.keep is {self.keep!r}; expected 'large' or 'small'"
            )
        if isinstance(self.alpha, bool) or not isinstance(self.alpha, (int, float)) \
                or not self.alpha > 0:
            raise ConfigurationError(
                f"JointMagnitude.alpha is {self.alpha!r}; expected a number above 0"
            )

    def scores(self, inputs: CriterionInputs) -> dict[str, np.ndarray]:
        """{key: score} for the prunable weights of `inputs`."""
        scores = {}
        for key in inputs.masks:
            final = self.alpha * np.abs(inputs.weights[key])
            initial = np.abs(inputs.initial[key])
            scores[key] = (
                np.minimum(final, initial) if self.keep == "large" else -np.maximum(final, initial)
            )
        return scores
