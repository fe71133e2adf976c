"""Masks that are drawn from a network while it trains, for early-bird tickets."""

import dataclasses

import numpy as np

from lth_keras import criteria


@dataclasses.dataclass(frozen=True)
class MaskWatch:
    """When masks are drawn from a dense network in training, and whether it stops: part of `Plan`.

    Attributes:
      every: steps between two masks, counted from step 0.
      counts: {key: number of weights that a mask keeps}, layerwise; None where layers compete.
      total: number of weights that a mask keeps in `competing` together.
      competing: keys of the kernels that are pruned.
      least: weights that each of them keeps at least, where layers compete.
      window: how many masks have to be alike.
      distance: two masks are alike if the share of entries in which they differ is below it.
      stops: whether training ends once the masks are alike.
      not_before: the first step at which it may end.
    """

    every: int
    counts: dict | None
    total: int
    competing: tuple
    least: int
    window: int
    distance: float
    stops: bool
    not_before: int

    def next_after(self, step):
        """The first step after `step` at which a mask is drawn."""
        return (step // self.every + 1) * self.every

    def draw(self, weights):
        """The mask by magnitude, its entries as bits, uint8."""
        scores = {key: np.abs(weights[key]) for key in self.competing}
        everything = {key: np.ones(score.shape, bool) for key, score in scores.items()}
        if self.counts is not None:
            masks = criteria.prune_layerwise(
                scores, everything, {key: self.counts[key] for key in scores})
        else:
            masks = criteria.prune_globally(scores, everything, self.total, self.least)
        return np.packbits(np.concatenate([masks[key].ravel() for key in self.competing]))

    def found(self, drawn):
        """The first step at which the last `window` masks are alike; None where there is none.

        Args:
          drawn: {step: mask as bits}, ascending.
        """
        steps = list(drawn)
        for index in range(self.window, len(steps) + 1):
            last = [drawn[step] for step in steps[index - self.window : index]]
            if furthest(last, self.entries(drawn)) < self.distance:
                return steps[index - 1]
        return None

    def entries(self, drawn):
        """How many entries a mask has, up to the seven bits that fill its last byte."""
        return 8 * next(iter(drawn.values())).size

    def ends_at(self, drawn):
        """Whether training ends at the last step of `drawn`."""
        steps = list(drawn)
        if not self.stops or len(steps) < self.window or steps[-1] < self.not_before:
            return False
        last = [drawn[step] for step in steps[-self.window :]]
        return furthest(last, self.entries(drawn)) < self.distance


def furthest(masks, entries):
    """The largest distance between two of some masks of bits: the share of differing entries."""
    return max(
        (difference(one, other) / entries for index, one in enumerate(masks)
         for other in masks[:index]), default=0.0)


def difference(one, other):
    """In how many entries two masks of bits differ."""
    return int(np.bitwise_count(np.bitwise_xor(one, other)).sum())
