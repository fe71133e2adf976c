"""The order in which training sees its examples: a seeded permutation for each epoch."""

import functools

import numpy as np


class DataOrder:
    """The examples of each batch, computed from seed and step, so that nothing is stored.

    Args:
      seed: decides the order.
      examples: size of the training set.
      batch_size: the last, incomplete batch of an epoch is dropped; the next epoch's permutation
        gives its examples another chance.
    """

    def __init__(self, seed, examples, batch_size):
        self.seed = seed
        self.examples = examples
        self.batch_size = batch_size
        self.steps_per_epoch = examples // batch_size

    @functools.lru_cache(maxsize=2)  # noqa: B019 - one order lives as long as one network
    def epoch(self, index):
        """Permutation of the training set in epoch `index`, int32 [examples]."""
        generator = np.random.Generator(np.random.Philox(key=[self.seed, index]))
        return generator.permutation(self.examples).astype(np.int32)

    def stretches(self, start, stop):
        """Splits steps [start, stop) at the ends of epochs: yields (epoch, first, count)."""
        while start < stop:
            epoch, first = divmod(start, self.steps_per_epoch)
            count = min(stop - start, self.steps_per_epoch - first)
            yield epoch, first, count
            start += count
