"""`CriterionInputs`: what a criterion may use to score weights."""

import dataclasses
from typing import Protocol

import numpy as np


class NetworkProbe(Protocol):
    """Computations on a network under its masks; `training.Probe` implements them."""

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
      masks: {key: bool array} of the prunable weights that are not pruned yet.
      generator: np.random.Generator of the round, for criteria that draw.
      network: gradients and the like of this network under these masks,
        computed when a criterion asks for them.
    """

    weights: dict[str, np.ndarray]
    initial: dict[str, np.ndarray]
    masks: dict[str, np.ndarray]
    generator: np.random.Generator
    # In a run it is always there; tests of criteria that do not need it leave it out.
    network: NetworkProbe = None  # type: ignore[assignment]
