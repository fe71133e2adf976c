"""`vision_transformer`: its sizes, its patches, what is refused."""

import numpy as np
import pytest

from lth_keras import models
from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from tests.models.sizes import check_transformer


def test_a_patch_is_a_square_of_the_image():
    model = models.build(models.vision_transformer, (4, 6, 2), 3, patch=2, units=4, depth=1,
                         heads=2)
    cut = keras.Model(model.input, model.get_layer("flatten").output)
    images = np.random.default_rng(0).normal(size=(2, 4, 6, 2)).astype(np.float32)
    expected = [images[:, row:row + 2, column:column + 2].reshape(2, 8)
                for row in (0, 2) for column in (0, 2, 4)]
    np.testing.assert_array_equal(cut(images), np.stack(expected, axis=1))


IMAGE = (28, 28, 1)


@pytest.mark.parametrize("arguments, depth, prunable", [
    # By hand: projection, `depth` blocks of 4·units² + 2·mlp·units², output.
    ({}, 4, 49 * 64 + 4 * (4 + 2 * 2) * 64**2 + 64 * 10),
    ({"units": 32, "depth": 3}, 3, 49 * 32 + 3 * 8 * 1024 + 320),
    ({"patch": 14, "mlp": 4, "depth": 1, "width": 0.5}, 1, 196 * 32 + 12 * 1024 + 320),
])
def test_sizes(arguments, depth, prunable):
    check_transformer(models.vision_transformer, arguments, IMAGE, depth, prunable)


@pytest.mark.parametrize("shape, arguments, message", [
    (IMAGE, {"patch": 5}, "patch is 5 and an example has shape"),
    ((784,), {}, r"expected \(height, width, channels\)"),
    (IMAGE, {"heads": 0}, "vision_transformer.heads is 0"),
    (IMAGE, {"depth": 1.5}, "vision_transformer.depth is 1.5"),
])
def test_refused(shape, arguments, message):
    with pytest.raises(ConfigurationError, match=message):
        models.build(models.vision_transformer, shape, 10, **arguments)
