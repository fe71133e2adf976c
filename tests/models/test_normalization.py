"""Batch normalisation: its constants, and what γ starts with."""

import numpy as np
import pytest

from lth_keras import models
from lth_keras.errors import ConfigurationError


def test_batch_normalisation_has_pytorchs_constants():
    model = models.build(models.resnet, (8, 8, 3), 4, depth=8, width=0.25)
    layer = model.get_layer("conv_bn")
    assert (layer.momentum, layer.epsilon) == (0.9, 1e-5)
    assert np.array_equal(layer.gamma.numpy(), np.ones(4))


def test_gamma_may_be_drawn_uniformly():
    layer = models.batch_normalization("bn", gamma="uniform")
    layer.build((None, 1000))
    gamma = layer.gamma.numpy()
    assert 0 <= gamma.min() < 0.05 and 0.95 < gamma.max() < 1


def test_gamma_is_checked():
    with pytest.raises(ConfigurationError, match="gamma is 'zeros'"):
        models.batch_normalization("bn", gamma="zeros")
