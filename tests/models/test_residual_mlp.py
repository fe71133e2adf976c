"""`residual_mlp`: its size, and its residual connection against NumPy."""

import numpy as np

from lth_keras import models
from lth_keras.variables import named_variables, snapshot
from tests.models.sizes import check_sizes


def test_the_residual_connection_goes_around_the_second_layer():
    model = models.build_seeded(models.residual_mlp, (3,), 2, 0, hidden=4)
    weights = snapshot(named_variables(model))
    x = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    first = np.maximum(x @ weights["fc1/kernel"] + weights["fc1/bias"], 0)
    second = first + np.maximum(first @ weights["fc2/kernel"] + weights["fc2/bias"], 0)
    expected = second @ weights["output/kernel"] + weights["output/bias"]
    np.testing.assert_allclose(model(x), expected, rtol=1e-5, atol=1e-6)


def test_its_size_is_the_literatures():
    # Greydanus & Kobak: 40-500-500-10; 40·500 + 500·500 + 500·10, and 1,010 biases.
    check_sizes(models.residual_mlp, {}, (40,), 275_000, 0, 276_010)
