"""`token_transformer`: its sizes, its positions, what is refused."""

import numpy as np
import pytest

from lth_keras import models
from lth_keras.errors import ConfigurationError
from lth_keras.variables import named_variables
from tests.models.sizes import check_transformer


def test_a_token_counts_where_it_stands():
    model = models.build_seeded(models.token_transformer, (4,), 3, 1, vocabulary=5, units=8,
                                heads=2, depth=1)
    tokens = np.array([[1, 2, 3, 4], [4, 3, 2, 1]], np.float32)
    there, back = model(tokens).numpy()
    assert np.abs(there - back).max() > 1e-3
    positions = named_variables(model)["positions/bias"]
    assert positions.shape == (4, 8) and 0.01 < np.std(positions.numpy()) < 0.03
    positions.assign(np.zeros((4, 8)))
    there, back = model(tokens).numpy()
    np.testing.assert_allclose(there, back, atol=1e-5)
    np.testing.assert_array_equal(model(tokens.astype(np.int32)), model(tokens))


@pytest.mark.parametrize("arguments, tokens, depth, prunable", [
    # By hand: projection, `depth` blocks of 4·units² + 2·mlp·units², output.
    ({}, 49, 2, 32 * 32 + 2 * 8 * 1024 + 320),
    ({"vocabulary": 5, "units": 8, "heads": 2, "depth": 1}, 6, 1, 64 + 8 * 64 + 80),
])
def test_sizes(arguments, tokens, depth, prunable):
    check_transformer(models.token_transformer, arguments, (tokens,), depth, prunable)


@pytest.mark.parametrize("shape, arguments, message", [
    ((28, 28, 1), {}, r"expected \(tokens,\)"),
    ((4,), {"vocabulary": True}, "token_transformer.vocabulary is True"),
])
def test_refused(shape, arguments, message):
    with pytest.raises(ConfigurationError, match=message):
        models.build(models.token_transformer, shape, 10, **arguments)
