"""The initializers of a stored distribution: what they draw, and when they read its file."""

import gin
import numpy as np
import pytest
from scipy import stats

from lth_keras.errors import ConfigurationError
from lth_keras.initializers import EmpiricalDistribution, EmpiricalHistogram, EmpiricalValues


@pytest.fixture(autouse=True)
def no_bindings():
    yield
    gin.clear_config()


@pytest.mark.parametrize("initializer", [EmpiricalValues, EmpiricalHistogram])
@pytest.mark.parametrize("layer", [None, "fc/kernel"])
def test_empirical_initializers_follow_the_stored_weights(initializer, layer, stored):
    values = EmpiricalDistribution.load(stored).values(layer)
    draw = initializer(stored, layer, seed=1)((100, 100)).numpy().ravel()
    assert stats.ks_2samp(draw, values).pvalue > 0.01
    assert np.abs(draw).min() >= np.abs(values).min()
    gaussian = np.random.default_rng(0).normal(values.mean(), values.std(), draw.size)
    assert stats.ks_2samp(gaussian, values).pvalue < 1e-6


@pytest.mark.parametrize("initializer", [EmpiricalValues, EmpiricalHistogram])
def test_the_file_is_read_when_it_is_needed(initializer, tmp_path, stored):
    path = tmp_path / "later.npz"
    made = initializer(path, seed=0)
    with pytest.raises(ConfigurationError, match="later.npz"):
        made((2, 2))
    path.write_bytes(stored.read_bytes())
    first = made((2, 2))
    path.unlink()
    np.testing.assert_array_equal(made((2, 2)), first)
    with pytest.raises(ConfigurationError, match="'conv/kernel'"):
        initializer(stored, "conv/kernel")((2, 2))


def test_gin_binds_them(stored):
    gin.parse_config(f"""
        EmpiricalValues.path = '{stored}'
        EmpiricalHistogram.path = '{stored}'
        EmpiricalHistogram.layer = 'out/kernel'
    """)
    assert EmpiricalValues().get_config()["path"] == str(stored)
    assert EmpiricalHistogram()((50,)).numpy().max() <= -1
