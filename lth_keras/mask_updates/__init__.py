"""Update rules: how the masks of a network change while it trains. Pure NumPy."""

from lth_keras.mask_updates.gradual_magnitude import GradualMagnitude
from lth_keras.mask_updates.mask_update import MaskUpdate
from lth_keras.mask_updates.rigl import RigL
from lth_keras.mask_updates.snfs import SNFS
from lth_keras.mask_updates.sparse_evolution import SET
from lth_keras.mask_updates.update_inputs import UpdateInputs

__all__ = ["SET", "SNFS", "GradualMagnitude", "MaskUpdate", "RigL", "UpdateInputs"]
