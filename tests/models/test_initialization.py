"""The default initialisation of the large networks: the variance that the papers name."""

import numpy as np
import pytest

from lth_keras import models, pruning
from lth_keras.variables import named_variables, snapshot


@pytest.mark.parametrize("model_fn, arguments, gain, fans", [
    (models.conv_2, {}, 2, 2),  # Glorot: 2 / (fan_in + fan_out)
    (models.resnet, {}, 2, 1),  # He: 2 / fan_in
    (models.vgg_16, {"width": 0.5}, 2, 1),
    (models.alexnet_small, {"width": 0.5}, 2, 1),
    (models.densenet, {"growth": 24, "depth": 13}, 2, 1),
], ids=lambda value: getattr(value, "__name__", None))
def test_default_initialisation_has_the_papers_variance(model_fn, arguments, gain, fans):
    model = models.build_seeded(model_fn, (32, 32, 3), 10, 3, **arguments)
    largest = max(pruning.prunable_weights(model), key=lambda weight: weight.size)
    kernel = snapshot(named_variables(model))[largest.key]
    field = int(np.prod(kernel.shape[:-2]))
    fan = field * kernel.shape[-2] + (field * kernel.shape[-1] if fans == 2 else 0)
    # A standard deviation's relative error over n draws is about 1/√(2n).
    assert kernel.std() == pytest.approx((gain / fan) ** 0.5, rel=3 / kernel.size**0.5)
