"""`LoadedData`: normalisation."""

import numpy as np

from lth_keras.data import from_arrays
from tests.data.small_arrays import arrays


def test_normalisation():
    x_train, *rest = arrays()
    x_train[0] = 255
    loaded = from_arrays(x_train, *rest, mean=(0.5, 0.0, 1.0), std=(0.25, 1.0, 2.0))
    normal = loaded.normalize(loaded.images[:1])
    assert normal.dtype == np.float32 and normal.shape == (1, 2, 2, 3)
    np.testing.assert_allclose(normal[0, 0, 0], [2.0, 1.0, 0.0], atol=1e-6)
    floats = from_arrays(*arrays(np.float64, (5,)), mean=1.0, std=2.0)
    assert floats.scale == 1.0 and floats.images.dtype == np.float32
    np.testing.assert_array_equal(
        floats.normalize(floats.images), (floats.images - 1) / np.float32(2)
    )
