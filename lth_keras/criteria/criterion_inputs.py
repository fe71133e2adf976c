"""What a criterion may look at when it scores weights."""

import dataclasses
from typing import Protocol

import numpy as np


class NetworkProbe(Protocol):
    """What can be computed of a network under its masks; `training.Probe` is the one there is."""

    def gradient(self, examples: int) -> dict[str, np.ndarray]:
        """The gradient of the mean loss over `examples` training examples."""

    def hessian_gradient(self, examples: int, temperature: float) -> dict[str, np.ndarray]:
        """The product of the loss's Hessian with its gradient, the logits over `temperature`."""

    def synaptic_flow(self) -> dict[str, np.ndarray]:
        """The gradient of synaptic flow."""


@dataclasses.dataclass(frozen=True)
class CriterionInputs:
    """The network that is about to be pruned: at the end of a round, or at initialisation.

    Attributes:
      weights: {key: array} of every variable of the model; trained, at the end of a round.
      initial: {key: array}, θ_0.
      masks: {key: bool array} of the prunable weights that are still there.
      generator: np.random.Generator of the round, for criteria that draw.
      network: gradients and the like of this network under these masks,
        computed when a criterion asks for them.
    """

    weights: dict[str, np.ndarray]
    initial: dict[str, np.ndarray]
    masks: dict[str, np.ndarray]
    generator: np.random.Generator
    # A run always has one; a test of a criterion that needs none leaves it out.
    network: NetworkProbe = None  # type: ignore[assignment]
