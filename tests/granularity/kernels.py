"""Kernels to group, without a model."""

import numpy as np

from lth_keras.pruning import PrunableWeight


def kernel(key, shape, kind="dense", is_output=False, **axes):
    """A `PrunableWeight` of the layer that the key names."""
    return PrunableWeight(key, key.split("/")[0], shape, kind, is_output, **axes)


def dense_masks(weights):
    """Ones for each kernel."""
    return {weight.key: np.ones(weight.shape, bool) for weight in weights}


def pruned(grouping, schedule, scores, masks, round):
    """`masks` pruned to a round's counts, as an experiment does it."""
    import types

    from lth_keras import criteria
    from lth_keras.experiment import pruner

    class Given(criteria.Criterion):
        def scores(self, inputs):
            return scores

    context = types.SimpleNamespace(schedule=schedule, grouping=grouping, probe=lambda *_: None)
    return pruner.prune(context, scores, scores, masks, None, round, Given())
