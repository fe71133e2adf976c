"""Edge-popup: the weights with the largest scores are the network (Ramanujan et al. 2020)."""

import dataclasses
import math

import gin
import numpy as np

from lth_keras import criteria
from lth_keras.compat import tf
from lth_keras.learned_masks.largest import largest
from lth_keras.learned_masks.learned_mask import LearnedMask, check_score_optimizer, check_switch


@gin.configurable
@dataclasses.dataclass(frozen=True)
class EdgePopup(LearnedMask):
    """In each layer the k weights with the largest |s|, k from the variant's mask rule.

    The gradient takes the gate for |s|: ∂L/∂s = ∂L/∂(weight × gate) · weight · sign(s). Scores are
    drawn uniformly from ±1/√fan_in, as in the authors' code. Weights never change: the network that
    is stored is mask ⊙ the weights that the variant starts from, number for number.

    Ramanujan, Wortsman, Kembhavi, Farhadi, Rastegari, "What's Hidden in a Randomly Weighted Neural
    Network?" (CVPR 2020), section 3 and equation 5.

    Attributes:
      optimizer: what trains the scores; None for the experiment's.
      scaled: whether weights are multiplied by √(1/density) of their layer, the paper's "scaled"
        initialisation: the sums into a unit then keep their size, however few weights there are.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    optimizer: object = None
    scaled: bool = False
    description = "a mask learned by edge-popup"

    def __post_init__(self):
        check_score_optimizer(self)
        check_switch(self, "scaled")

    def first_scores(self, shape, count, generator):
        """Uniform in ±1/√fan_in; fan_in is the product of all sides but the last."""
        bound = 1 / math.sqrt(max(1, math.prod(shape[:-1])))
        return generator.uniform(-bound, bound, shape).astype(np.float32)

    def gate(self, scores, count, seed):
        """Ones at the `count` largest |s|."""
        return largest(tf.abs(scores), count)

    def score_gradient(self, scores, gradient):
        """∂L/∂gate · sign(s)."""
        return gradient * tf.sign(scores)

    def final_masks(self, scores, counts):
        """The same choice as `gate` makes."""
        sizes = {key: np.abs(np.nan_to_num(each, nan=0.0)) for key, each in scores.items()}
        whole = {key: np.ones(each.shape, bool) for key, each in scores.items()}
        return criteria.prune_layerwise(sizes, whole, counts)

    def scale(self, size, kept):
        """√(size / kept) where `scaled`, else 1."""
        return (size / kept) ** 0.5 if self.scaled else 1.0
