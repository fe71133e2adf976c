"""Sparse networks from scratch: dropped by magnitude, grown by momentum, moved between layers."""

import dataclasses

import gin
import numpy as np

from lth_keras.apportioning import apportioned
from lth_keras.mask_updates.drop_and_grow import cosine_decay, drop, grow
from lth_keras.mask_updates.mask_update import MaskUpdate, check_share
from lth_keras.mask_updates.update_inputs import UpdateInputs
from lth_keras.masks import Arrays


@gin.configurable
@dataclasses.dataclass(frozen=True)
class SNFS(MaskUpdate):
    """Drops the smallest |w| of each layer, grows as many in all where the momentum is largest.

    Dettmers & Zettlemoyer, "Sparse Networks from Scratch: Faster Training without Losing
    Performance" (2019): the weights that all layers drop are divided among them by their mean
    |momentum| of kept weights. The momentum is the optimizer's mean of gradients, that of pruned
    weights too: SGD's with momentum, or Adam's first moment.

    Attributes:
      drop: the share of a layer's weights that is dropped at first; it falls to 0 by a cosine.
      every, begin, until: as `MaskUpdate`'s.
    """

    every: str = "1ep"
    until: str | float = 1.0
    drop: float = 0.5
    dense_moments = True
    asks_moments = True
    moves_between_layers = True

    def __post_init__(self):
        super().__post_init__()
        check_share(self.drop, "SNFS.drop")

    def masks(self, inputs: UpdateInputs) -> Arrays:
        """The masks after the update."""
        share = cosine_decay(self.drop, inputs.progress)
        momentum = {key: np.abs(each) for key, each in inputs.network.moments().items()}
        kept, mean = {}, {}
        for key, mask in inputs.masks.items():
            kept[key] = drop(
                mask, np.abs(inputs.weights[key]), int(share * np.count_nonzero(mask)))
            mean[key] = float(momentum[key][mask].mean(dtype=np.float64)) if mask.any() else 0.0
        before = sum(np.count_nonzero(mask) for mask in inputs.masks.values())
        free = {key: mask.size - np.count_nonzero(mask) for key, mask in kept.items()}
        counts = apportioned(
            before - sum(map(np.count_nonzero, kept.values())), mean, free)
        return {key: grow(mask, momentum[key], counts[key]) for key, mask in kept.items()}
