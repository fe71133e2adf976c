"""The base class of every criterion."""

from typing import Any

import numpy as np

from lth_keras.criteria.criterion_inputs import CriterionInputs


class Criterion:
    """Scores weights; those with the highest scores are kept.

    A criterion knows nothing of counts, scopes and rounds: the schedule decides how many weights
    are pruned. Subclasses are frozen dataclasses with `@gin.configurable`, and override `scores`. A
    class without this base class is refused.
    """

    def scores(self, inputs: CriterionInputs) -> dict[str, np.ndarray]:
        """A score for each prunable weight.

        Args:
          inputs: the network that is about to be pruned.

        Returns:
          {key: array of the weight's shape} for the keys of `inputs.masks`; NaN is an error.
        """
        raise NotImplementedError(f"{type(self).__name__} has no method scores(inputs)")

    def check(self, data: Any) -> None:
        """Checks that the data have what the criterion needs; the default needs nothing.

        Args:
          data: `LoadedData`.

        Raises:
          ConfigurationError: they do not.
        """

    def check_model(self, model: Any) -> None:
        """Checks that the network is one that the criterion can score; the default takes any.

        Args:
          model: the plain Keras model.

        Raises:
          ConfigurationError: it is not.
        """
