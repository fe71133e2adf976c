"""Conv-2, Conv-4 and Conv-6: their sizes."""

import pytest

from lth_keras import models
from tests.models.sizes import check_sizes


@pytest.mark.parametrize("model_fn, prunable, conv, trainable", [
    # LTH, figure 2: 4.3M weights, 38K of them in convolutions.
    (models.conv_2, 4_300_992, 38_592, 4_301_642),
    # LTH, figure 2: 2.4M and 260K.
    (models.conv_4, 2_425_024, 259_776, 2_425_930),
    # LTH, figure 2: 1.1M in convolutions. Its total, 1.7M, is not the sum of its layers; that is
    # 2,261,184, as also Ramanujan et al. 2020 count Conv-6.
    (models.conv_6, 2_261_184, 1_144_512, 2_262_602),
])
def test_sizes_are_the_literatures(model_fn, prunable, conv, trainable):
    check_sizes(model_fn, {}, (32, 32, 3), prunable, conv, trainable)
