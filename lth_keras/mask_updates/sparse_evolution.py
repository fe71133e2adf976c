"""SET: dropped by magnitude, grown at random."""

import dataclasses

import gin
import numpy as np

from lth_keras.mask_updates.drop_and_grow import drop, grow_at_random
from lth_keras.mask_updates.mask_update import MaskUpdate, check_share
from lth_keras.mask_updates.update_inputs import UpdateInputs
from lth_keras.masks import Arrays


@gin.configurable
@dataclasses.dataclass(frozen=True)
class SET(MaskUpdate):
    """Drops the smallest |w| of each layer, grows as many at random.

    Mocanu et al., "Scalable training of artificial neural networks with adaptive sparse
    connectivity inspired by network science" (Nature Communications 2018), with its values: ζ = 0.3
    after each epoch but the last. The paper drops the share ζ of the smallest positive weights and
    of the largest negative ones; here it is of both signs together, as Evci et al. have it. The
    paper draws grown weights as at the start; here they start at zero, as in RigL.

    Attributes:
      drop: ζ, the share of a layer's weights that is dropped.
      every, begin, until: as `MaskUpdate`'s.
    """

    every: str = "1ep"
    until: str | float = 1.0
    drop: float = 0.3

    def __post_init__(self):
        super().__post_init__()
        check_share(self.drop, "SET.drop")

    def masks(self, inputs: UpdateInputs) -> Arrays:
        """The masks after the update."""
        updated = {}
        for key, mask in inputs.masks.items():
            count = int(self.drop * np.count_nonzero(mask))
            kept = drop(mask, np.abs(inputs.weights[key]), count)
            updated[key] = grow_at_random(kept, count, inputs.generator)
        return updated
