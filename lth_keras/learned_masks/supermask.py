"""Supermasks: each weight is there with a probability that is trained (Zhou et al. 2019)."""

import dataclasses

import gin
import numpy as np

from lth_keras import criteria
from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError
from lth_keras.learned_masks.gate_chance import uniform_draws
from lth_keras.learned_masks.learned_mask import LearnedMask, check_score_optimizer, check_switch

_FREE, _ROUND = "likely", "round"
# No weight starts as certain: the gradient of its score would be 0 for ever.
_CERTAIN = 1e-3


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Supermask(LearnedMask):
    """A gate of each weight drawn anew at each update: Bernoulli(σ(s)).

    The gradient takes the gate for its probability: ∂L/∂s = ∂L/∂(weight × gate) · weight · σ'(s).
    Zhou, Lan, Liu, Yosinski, "Deconstructing Lottery Tickets" (NeurIPS 2019), section 5.

    The paper evaluates samples of the mask. Here ONE mask is evaluated and stored, so that the
    stored accuracy is that of a network which can be used:

    - keep = 'round': the k most probable weights of each layer, k from the variant's mask rule: of
      all masks with k weights the most probable one. To train at that density too, the scores start
      at its log-odds, and after each update all scores of a layer are shifted by one Newton step
      towards Σ σ(s) = k. (Zhou et al., "Effective sparsification of neural networks with global
      sparsity constraint", CVPR 2021, hold the same sum.)
    - keep = 'likely': all weights with σ(s) ≥ 1/2, however many. Scores start at 0, nothing shifts
      them, and the density is what training makes of it, as in the paper.

    Attributes:
      keep: 'round' or 'likely'.
      rescale: whether each layer's weights are multiplied by the number of its weights over the
        number of ones of its gate, the paper's dynamic weight rescaling; the final mask likewise.
      optimizer: what trains the scores; None for the experiment's.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    keep: str = _ROUND
    rescale: bool = False
    optimizer: object = None
    description = "a supermask, learned as probabilities"

    def __post_init__(self):
        if self.keep not in (_ROUND, _FREE):
            raise ConfigurationError(
                f"Supermask.keep is {self.keep!r}; expected {_ROUND!r} or {_FREE!r}")
        check_score_optimizer(self)
        check_switch(self, "rescale")

    @property
    def uses_counts(self) -> bool:  # type: ignore[override]
        """Whether the mask rule's counts matter."""
        return self.keep == _ROUND

    def first_scores(self, shape, count, generator):
        """The log-odds of the layer's density, or 0."""
        density = 0.5
        if self.uses_counts:
            density = min(max(count / np.prod(shape), _CERTAIN), 1 - _CERTAIN)
        return np.full(shape, np.log(density / (1 - density)), np.float32)

    def gate(self, scores, count, seed):
        """A draw from Bernoulli(σ(s)) for each weight."""
        return tf.cast(uniform_draws(scores.shape, seed) < tf.sigmoid(scores), tf.float32)

    def score_gradient(self, scores, gradient):
        """∂L/∂gate · σ(s)·(1 − σ(s))."""
        probability = tf.sigmoid(scores)
        return gradient * probability * (1 - probability)

    def after_update(self, scores, count):
        """The scores, shifted towards the round's expected number of weights."""
        if not self.uses_counts:
            return scores
        probability = tf.sigmoid(scores)
        surplus = tf.cast(count, tf.float32) - tf.reduce_sum(probability)
        slope = tf.reduce_sum(probability * (1 - probability))
        shift = tf.clip_by_value(surplus / tf.maximum(slope, 1e-6), -1.0, 1.0)
        # A sum of probabilities reaches neither none nor all.
        inside = (count > 0) & (count < tf.size(scores))
        return scores + tf.where(inside, shift, 0.0)

    def final_masks(self, scores, counts):
        """The most probable `counts[key]` weights, or all with σ(s) ≥ 1/2."""
        known = {key: np.nan_to_num(each, nan=-np.inf) for key, each in scores.items()}
        if not self.uses_counts:
            return {key: each >= 0 for key, each in known.items()}
        whole = {key: np.ones(each.shape, bool) for key, each in known.items()}
        return criteria.prune_layerwise(known, whole, counts)

    def scale(self, size, kept):
        """size / kept where `rescale`, else 1."""
        return size / kept if self.rescale else 1.0
