"""`LearnedMask`, the base class of masks that are trained instead of the weights."""

from typing import Any

import numpy as np

from lth_keras.errors import ConfigurationError
from lth_keras.masks import Arrays
from lth_keras.training import Optimizer
from lth_keras.wording import made


class LearnedMask:
    """A mask for each layer, made from a trained score for each weight; the weights are frozen.

    At each update a gate of zeros and ones is made from the scores (`gate`), the network computes
    with weight × gate × `scale`, and the gradient of the loss with respect to the gates is passed
    on to the scores as if the gates were smooth (straight-through: `score_gradient`). The network
    under `final_masks` is evaluated and stored; these masks are not random.

    Subclasses are frozen dataclasses with `@gin.configurable`.

    Attributes:
      optimizer: what trains the scores; None for the experiment's own optimizer.
      uses_counts: whether the numbers of weights that the variant's mask rule keeps in each layer
        decide how many are kept.
      description: what a report calls it.
    """

    optimizer: Any = None
    uses_counts: bool = True
    description: str = "a learned mask"

    def first_scores(self, shape: tuple, count: int, generator: np.random.Generator) -> np.ndarray:
        """The scores that training starts from, float32 of `shape`.

        Args:
          shape: of the layer's kernel, as [*places, inputs, outputs]: the heads of an attention's
            kernel and their size are one side. A depthwise kernel has one input: each of its
            outputs reads one channel.
          count: how many of its weights the mask rule keeps.
          generator: the network's own.
        """
        raise NotImplementedError(f"{type(self).__name__} has no method first_scores")

    def gate(self, scores: Any, count: Any, seed: Any) -> Any:
        """The gate of one update: a float32 tensor of zeros and ones, shaped like `scores`.

        Args:
          scores: float32 tensor.
          count: int32 tensor, how many weights the mask rule keeps in the layer.
          seed: int32 tensor [2], of this layer at this update.
        """
        raise NotImplementedError(f"{type(self).__name__} has no method gate")

    def score_gradient(self, scores: Any, gradient: Any) -> Any:
        """The gradient of the scores, from the gradient of the gate; tensors of one shape."""
        raise NotImplementedError(f"{type(self).__name__} has no method score_gradient")

    def after_update(self, scores: Any, count: Any) -> Any:
        """The scores that are kept after an update; unchanged by default."""
        return scores

    def final_masks(self, scores: Arrays, counts: dict[str, int]) -> Arrays:
        """{key: bool array}: the masks that are evaluated and stored. NumPy, without chance."""
        raise NotImplementedError(f"{type(self).__name__} has no method final_masks")

    def scale(self, size: Any, kept: Any) -> Any:
        """What a layer's kept weights are multiplied by.

        Args:
          size: number of the layer's weights.
          kept: how many of them the gate keeps; at least 1. Numbers or tensors.
        """
        return 1.0


def check_score_optimizer(rule: LearnedMask) -> None:
    """Raises ConfigurationError unless `rule.optimizer` is an optimizer or None."""
    if rule.optimizer is not None and not isinstance(rule.optimizer, Optimizer):
        raise ConfigurationError(
            f"{type(rule).__name__}.optimizer is {rule.optimizer!r}; expected {made('SGD')} or "
            "its like, or None for the experiment's"
        )


def check_switch(rule: LearnedMask, name: str) -> None:
    """Raises ConfigurationError unless the attribute `name` of `rule` is True or False."""
    if not isinstance(getattr(rule, name), bool):
        raise ConfigurationError(
            f"{type(rule).__name__}.{name} is {getattr(rule, name)!r}; expected True or False")
