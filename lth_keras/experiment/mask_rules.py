"""Mask rules: which weights a variant keeps. One half of what makes a variant.

A rule is a small object with `masks(place) -> {key: bool array}`; `place` is a `JobContext`: one
trial, one round, and what is stored of them. Where it reads what another network of the trial left,
a method `needs(variant, index)` names that network's folder. `chained` says that the mask of a
round is made from the variant's own round before, so that it needs all of them.
"""

import dataclasses

import gin

from lth_keras import masks as masks_lib
from lth_keras.criteria.snip import check_examples as check_count
from lth_keras.errors import ConfigurationError
from lth_keras.paths import chain_name, round_name
from lth_keras.pruning.rewinding_schedule import SCOPES
from lth_keras.wording import made


@gin.configurable
@dataclasses.dataclass(frozen=True)
class KeepAll:
    """Ones: a dense network."""

    def masks(self, place):
        """Ones for each prunable weight of the variant's architecture."""
        return {weight.key: masks_lib.ones(weight.shape) for weight in place.prunable}


@gin.configurable
@dataclasses.dataclass(frozen=True)
class FoundMask:
    """m: the mask that IMP found for the round."""

    def masks(self, place):
        """The round's mask, as stored."""
        return place.found_masks()


@gin.configurable
@dataclasses.dataclass(frozen=True)
class ShuffledMask:
    """m with the entries of each layer in a random order: same density per layer."""

    def masks(self, place):
        """A shuffle of the round's mask, by the variant's own seed."""
        return masks_lib.shuffled(place.found_masks(), place.generator("mask"))


@gin.configurable
@dataclasses.dataclass(frozen=True)
class PrunedMask:
    """A dense network pruned to the round's counts at once, with no training in between.

    Attributes:
      network: 'trained', round 0's solution (one-shot pruning: LTH, Insights); 'initial', θ_0
        (pruning at initialisation: SNIP, GraSP, SynFlow).
      criterion: what ranks the weights; None for IMP's.
      scope: 'layerwise', to the round's count in each layer; 'global', to its total; None for the
        schedule's.
      iterations: in how many steps, by an exponential schedule; SynFlow's paper takes 100.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    network: str = "trained"
    criterion: object = None
    scope: str | None = None
    iterations: int = 1

    def __post_init__(self):
        if self.network not in ("trained", "initial"):
            raise ConfigurationError(
                f"PrunedMask.network is {self.network!r}; expected 'trained' or 'initial'"
            )
        if self.criterion is not None and not hasattr(self.criterion, "scores"):
            raise ConfigurationError(
                f"PrunedMask.criterion is {self.criterion!r}; expected a criterion, like "
                f"{made('SNIP')}"
            )
        if self.scope is not None and self.scope not in SCOPES:
            raise ConfigurationError(
                f"PrunedMask.scope is {self.scope!r}; expected one of {SCOPES}, or None"
            )
        check_count(self.iterations, "PrunedMask.iterations")

    def needs(self, variant, index):
        """Round 0's solution, or nothing but θ_0."""
        del variant, index
        return (round_name(0),) if self.network == "trained" else ()

    def equals_found(self, index, criterion):
        """Whether IMP's own first pruning is the same, under IMP's `criterion`."""
        return (
            index == 1 and self.network == "trained" and self.scope is None
            and self.iterations == 1 and self.criterion in (None, criterion)
        )

    def masks(self, place):
        """The dense network pruned to the round's counts."""
        dense = {weight.key: masks_lib.ones(weight.shape) for weight in place.prunable}
        weights = (
            place.weights_of(round_name(0)) if self.network == "trained"
            else place.initial().weights
        )
        return place.prune(weights, dense, self.criterion, self.scope, self.iterations)


@gin.configurable
@dataclasses.dataclass(frozen=True)
class ChainedMask:
    """The variant's own network of the round before, pruned by one more round; first IMP's round 0.

    Attributes:
      criterion: what ranks the weights; None for IMP's.

    Raises:
      ConfigurationError: the criterion is none.
    """

    criterion: object = None
    chained = True

    def __post_init__(self):
        if self.criterion is not None and not hasattr(self.criterion, "scores"):
            raise ConfigurationError(
                f"ChainedMask.criterion is {self.criterion!r}; expected a criterion, like "
                f"{made('Magnitude')}"
            )

    def needs(self, variant, index):
        """The chain's network before."""
        return (chain_name(variant, index - 1),)

    def masks(self, place):
        """The masks after one more pruning."""
        before = chain_name(place.label, place.index - 1)
        return place.prune(place.weights_of(before), place.masks_of(before), self.criterion)
