"""Training with the other mask action: pruned weights stay at their first value, not at zero."""

import numpy as np

from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.training.trainer import Trainer


class FrozenTrainer(Trainer):
    """A `Trainer` whose masks say which weights are trained; the others stay what they were.

    Zhou et al., "Deconstructing Lottery Tickets" (NeurIPS 2019), section 4: a pruned weight may be
    frozen at its initial value instead of at zero. Such a network computes with all its weights, so
    it is no smaller and no faster than a dense one.
    """

    def _trained_variables(self):
        # TFMOT's own masks stay ones: the forward pass uses every weight. These gate gradients.
        self._masks = {
            key: tf.Variable(tf.ones(mask.shape), trainable=False, name=f"trained/{key}")
            for key, mask in self._masks.items()
        }
        self._frozen = {}
        return super()._trained_variables()

    def _placed(self, state):
        self._frozen = {key: state.weights[key][~mask] for key, mask in state.masks.items()}
        return state.weights

    def _check_pruned(self, state):
        for key, mask in state.masks.items():
            moved = int(np.count_nonzero(state.weights[key][~mask] != self._frozen[key]))
            if moved:
                raise RunError(f"{moved} pruned weights of {key} have moved, and were to be frozen")


def refuse_decay(optimizer, steps_per_epoch, variant):
    """Checks that an optimizer leaves weights alone that have no gradient.

    Args:
      optimizer: the experiment's `Optimizer`.
      steps_per_epoch: of the experiment.
      variant: the name of the variant that freezes weights.

    Raises:
      ConfigurationError: it decays weights by itself, as AdamW does.
    """
    decay = getattr(optimizer.build(steps_per_epoch), "weight_decay", None)
    if decay:
        raise ConfigurationError(
            f"Variant.pruned of {variant!r} is 'initial', and the optimizer shrinks every weight "
            f"by its weight_decay of {decay}, frozen ones too; expected an optimizer without it, "
            "such as Adam with Adam.l2"
        )
