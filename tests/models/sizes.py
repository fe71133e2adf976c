"""Numbers of weights of a model, and those of its encoder blocks."""

import numpy as np

from lth_keras import models, pruning


def check_sizes(model_fn, arguments, shape, prunable, conv, trainable):
    """Asserts the numbers of prunable weights, of those in convolutions, and of parameters."""
    model = models.build(model_fn, shape, 10, **arguments)
    weights = pruning.prunable_weights(model)
    assert sum(weight.size for weight in weights) == prunable
    assert sum(weight.size for weight in weights if weight.kind == "conv") == conv
    assert sum(int(np.prod(each.shape)) for each in model.trainable_variables) == trainable
    assert [weight.layer for weight in weights if weight.is_output] == ["output"]


def check_transformer(model_fn, arguments, shape, depth, prunable):
    """Asserts the number of prunable weights, and four kernels for each block's attention."""
    model = models.build(model_fn, shape, 10, **arguments)
    weights = pruning.prunable_weights(model)
    assert sum(weight.size for weight in weights) == prunable
    for index in range(1, depth + 1):
        parts = [weight for weight in weights
                 if weight.layer.startswith(f"block{index}_attention")]
        # Query, key, value and output: a kernel, and so a mask, each.
        assert len(parts) == 4 and len({weight.key for weight in parts}) == 4
    assert [weight.layer for weight in weights if weight.is_output] == ["output"]
