"""A network of eight weights for update rules, with gradients that are given."""

import dataclasses

import numpy as np

from lth_keras import mask_updates, masks

WEIGHTS = np.array([[0.5, -0.1, 0.0, 0.0], [-2.0, 0.3, 0.0, 0.0]], np.float32)
MASK = np.array([[1, 1, 0, 0], [1, 1, 0, 0]], bool)
GRADIENTS = np.array([[9.0, 0.2, -3.0, 1.0], [9.0, 9.0, 0.5, 2.0]], np.float32)


@dataclasses.dataclass
class Network:
    """Gradients and moments that are given and not computed."""

    arrays: dict

    def gradients(self):
        return self.arrays

    moments = gradients


def update_inputs(progress=0.0, weights=None, kept=None, target=None, network=None, seed=0):
    """`UpdateInputs`, by default of WEIGHTS under MASK with GRADIENTS."""
    weights = {"k": WEIGHTS} if weights is None else weights
    kept = {"k": MASK} if kept is None else kept
    return mask_updates.UpdateInputs(
        weights, kept, target or masks.kept(kept), progress, progress, np.random.default_rng(seed),
        network or Network({"k": GRADIENTS}))
