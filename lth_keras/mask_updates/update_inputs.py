"""What an update rule may look at when it changes masks."""

import dataclasses
from typing import Protocol

import numpy as np

from lth_keras.masks import Arrays


class TrainingNetwork(Protocol):
    """What can be asked of the network in training; nothing is computed before."""

    def gradients(self) -> Arrays:
        """{key: gradient of the next batch's loss}, of pruned weights too."""

    def moments(self) -> Arrays:
        """{key: the optimizer's mean of gradients}, of pruned weights too."""


@dataclasses.dataclass(frozen=True)
class UpdateInputs:
    """A network in training whose masks are about to change.

    Attributes:
      weights: {key: array} of the prunable weights.
      masks: {key: bool array}, as they are.
      target: {key: number of weights} that the variant's mask rule keeps in each layer.
      progress: share of the way from the beginning of the updates to the rule's `until`. It is 1 at
        the last update only where that falls on `until`.
      progress_to_last: share of the way to the last update, at which it is 1.
      generator: np.random.Generator of this step, for rules that draw.
      network: the network, for gradients and moments.
    """

    weights: Arrays
    masks: Arrays
    target: dict[str, int]
    progress: float
    progress_to_last: float
    generator: np.random.Generator
    network: TrainingNetwork
