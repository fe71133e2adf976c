"""Gradual magnitude pruning: from a dense network to the wanted counts while it trains."""

import dataclasses

import gin
import numpy as np

from lth_keras.errors import ConfigurationError
from lth_keras.mask_updates.drop_and_grow import highest
from lth_keras.mask_updates.mask_update import MaskUpdate
from lth_keras.mask_updates.update_inputs import UpdateInputs
from lth_keras.masks import Arrays


@gin.configurable
@dataclasses.dataclass(frozen=True)
class GradualMagnitude(MaskUpdate):
    """Keeps in each layer the largest |w|, ever fewer of them, by a cubic schedule.

    d_t = d + (1 − d)(1 − t)³, d the share of its weights that the mask rule keeps in a layer, t
    the progress: Zhu & Gupta, "To prune, or not to prune" (2017), equation 1.

    Attributes:
      tfmot: whether to prune as TFMOT's `PolynomialDecay` does under `model.fit`. Its optimizer
        gets the gradients of pruned weights, and each of its updates ranks all weights: a pruned
        weight has what one step of the optimizer gave it, and comes back where that is large
        enough. By default a pruned weight has no gradient, and never comes back.
      every, begin, until: as `MaskUpdate`'s; TFMOT's `frequency`, `begin_step` and `end_step`,
        which count each step one higher, because its masks change within a step. The cubic ends
        at the last update, TFMOT's at `end_step`. They are equal only where an update falls on the
        step of `until`: it is a whole number of times `every` after `begin`, and before the
        training's last step.
    """

    tfmot: bool = False
    starts_dense = True

    def __post_init__(self):
        super().__post_init__()
        if not isinstance(self.tfmot, bool):
            raise ConfigurationError(
                f"GradualMagnitude.tfmot is {self.tfmot!r}; expected True or False")

    @property
    def dense_moments(self) -> bool:  # type: ignore[override]
        """Whether the optimizer gets the gradients of pruned weights: as with TFMOT."""
        return self.tfmot

    @property
    def revives(self) -> bool:  # type: ignore[override]
        """Whether a weight that comes back keeps its value: as with TFMOT."""
        return self.tfmot

    def masks(self, inputs: UpdateInputs) -> Arrays:
        """The masks after the update."""
        counts = self.counts(inputs)
        return {
            key: highest(np.abs(inputs.weights[key]), mask | self.tfmot, counts[key])
            for key, mask in inputs.masks.items()
        }

    def counts(self, inputs: UpdateInputs) -> dict[str, int]:
        """{key: kept weights} of the schedule; at its end exactly the mask rule's."""
        counts, left = {}, 1 - inputs.progress_to_last
        for key, mask in inputs.masks.items():
            share = inputs.target[key] / mask.size
            counts[key] = round(mask.size * (share + (1 - share) * left ** 3))
        return counts
