"""What a criterion may look at when it scores weights."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Evidence:
    """The network at the end of a round.

    Attributes:
      weights: {key: array}, trained, of every variable of the model.
      initial: {key: array}, θ_0.
      masks: {key: bool array} of the prunable weights that are still there.
      generator: np.random.Generator of the round, for criteria that draw.
    """

    weights: dict
    initial: dict
    masks: dict
    generator: np.random.Generator
