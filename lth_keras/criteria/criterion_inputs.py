"""What a criterion may look at when it scores weights."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class CriterionInputs:
    """The network that is about to be pruned: at the end of a round, or at initialisation.

    Attributes:
      weights: {key: array} of every variable of the model; trained, at the end of a round.
      initial: {key: array}, θ_0.
      masks: {key: bool array} of the prunable weights that are still there.
      generator: np.random.Generator of the round, for criteria that draw.
      network: a `training.Probe`: gradients and the like of this network under these masks,
        computed when a criterion asks for them.
    """

    weights: dict
    initial: dict
    masks: dict
    generator: np.random.Generator
    network: object = None
