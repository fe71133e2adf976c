"""Random: the control that every criterion has to beat."""

import dataclasses

import gin


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Random:
    """score: uniform in [0, 1), independent of the weights, by the round's own seed."""

    def scores(self, evidence):
        """{key: random numbers} for the prunable weights of `evidence`."""
        return {key: evidence.generator.random(mask.shape) for key, mask in evidence.masks.items()}
