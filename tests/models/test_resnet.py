"""`resnet`: its sizes, its shortcuts, what is refused."""

import numpy as np
import pytest

from lth_keras import models
from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from tests.models.sizes import check_sizes


def test_the_shortcut_of_option_a_takes_every_second_pixel_and_pads_channels_on_both_sides():
    model = models.build(models.resnet, (4, 4, 1), 2, depth=8, shortcut="A")
    part = keras.Model(model.get_layer("stage1_block1_relu").output,
                       model.get_layer("stage2_block1_shortcut_last").output)
    x = np.random.default_rng(0).normal(size=(1, 4, 4, 16)).astype(np.float32)
    expected = np.zeros((1, 2, 2, 32), np.float32)
    expected[..., 8:24] = x[:, ::2, ::2]
    np.testing.assert_array_equal(part(x), expected)


IMAGE = (32, 32, 3)


@pytest.mark.parametrize("arguments, prunable, conv, trainable", [
    # LTH, figure 2: 274K (274,042 with the moving statistics) and 270K.
    ({}, 270_896, 270_256, 272_474),
    # He et al. 2016, table 6, option A: 0.27M, 0.46M, 0.85M, 1.7M parameters.
    ({"shortcut": "A"}, 268_336, 267_696, 269_722),
    ({"shortcut": "A", "depth": 32}, 461_872, 461_232, 464_154),
    ({"shortcut": "A", "depth": 56}, 848_944, 848_304, 853_018),
    ({"shortcut": "A", "depth": 110}, 1_719_856, 1_719_216, 1_727_962),
])
def test_sizes_are_the_literatures(arguments, prunable, conv, trainable):
    check_sizes(models.resnet, arguments, IMAGE, prunable, conv, trainable)


@pytest.mark.parametrize("arguments, message", [
    ({"depth": 21}, "resnet.depth is 21; expected 6n"),
    ({"depth": 2}, "resnet.depth is 2;"),
    ({"shortcut": "C"}, "resnet.shortcut is 'C'"),
])
def test_refused(arguments, message):
    with pytest.raises(ConfigurationError, match=message):
        models.build(models.resnet, IMAGE, 10, **arguments)
