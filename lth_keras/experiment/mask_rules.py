"""Mask rules: which weights a variant keeps. One half of what makes a variant.

A rule is a small object with `masks(place) -> {key: bool array}`; `place` is a `Place`: one trial,
one round, and what is stored of them.
"""

import dataclasses

import gin

from lth_keras import masks as masks_lib


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
