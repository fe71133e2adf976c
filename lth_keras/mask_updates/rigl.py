"""RigL: dropped by magnitude, grown where the loss would change most."""

import dataclasses

import gin
import numpy as np

from lth_keras.mask_updates.drop_and_grow import cosine_decay, drop, grow
from lth_keras.mask_updates.mask_update import MaskUpdate, check_share
from lth_keras.mask_updates.update_inputs import UpdateInputs
from lth_keras.masks import Arrays


@gin.configurable
@dataclasses.dataclass(frozen=True)
class RigL(MaskUpdate):
    """Drops the smallest |w| of each layer, grows as many with the largest |∂L/∂w|.

    Evci, Gale, Menick, Castro, Elsen, "Rigging the Lottery: Making All Tickets Winners" (ICML
    2020), algorithm 1, with its values: ΔT = 100, α = 0.3, until 75 % of training. The gradient is
    that of the next batch. The dropped weights are among those that may grow; one that is dropped
    and grown at once keeps its value. The paper makes no step of the optimizer with the batch of an
    update; here training goes on with that batch, so that all variants make as many steps.

    Attributes:
      drop: α, the share of a layer's weights that is dropped at first; it falls to 0 by a cosine.
      every, begin, until: as `MaskUpdate`'s.
    """

    drop: float = 0.3
    dense_gradients = True

    def __post_init__(self):
        super().__post_init__()
        check_share(self.drop, "RigL.drop")

    def masks(self, inputs: UpdateInputs) -> Arrays:
        """The masks after the update."""
        gradients = inputs.network.gradients()
        share = cosine_decay(self.drop, inputs.progress)
        updated = {}
        for key, mask in inputs.masks.items():
            count = int(share * np.count_nonzero(mask))
            kept = drop(mask, np.abs(inputs.weights[key]), count)
            updated[key] = grow(kept, np.abs(gradients[key]), count)
        return updated
