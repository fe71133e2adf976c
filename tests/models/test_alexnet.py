"""`alexnet_small`: its sizes."""

import pytest

from lth_keras import models
from tests.models.sizes import check_sizes


@pytest.mark.parametrize("arguments, prunable, conv, trainable", [
    # SNIP, table 2: AlexNet-s 5.1M, AlexNet-b 8.5M.
    ({}, 5_066_784, 3_745_824, 5_077_066),
    ({"hidden": 2048}, 8_484_896, 3_745_824, 8_501_322),
])
def test_sizes_are_the_literatures(arguments, prunable, conv, trainable):
    check_sizes(models.alexnet_small, arguments, (32, 32, 3), prunable, conv, trainable)
