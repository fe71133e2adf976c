"""VGG-16 and VGG-19: their sizes."""

import pytest

from lth_keras import models
from tests.models.sizes import check_sizes


@pytest.mark.parametrize("model_fn, prunable, conv, trainable", [
    # LMC, table 1: VGG-16 on CIFAR-10 with 14.7M parameters.
    (models.vgg_16, 14_715_584, 14_710_464, 14_728_266),
    # LTH, figure 2: 20.0M.
    (models.vgg_19, 20_024_000, 20_018_880, 20_040_522),
])
def test_sizes_are_the_literatures(model_fn, prunable, conv, trainable):
    check_sizes(model_fn, {}, (32, 32, 3), prunable, conv, trainable)
