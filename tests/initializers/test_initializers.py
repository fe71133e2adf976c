"""Every initializer: seeds, dtypes, round trips; one table, which a new one joins."""

import gin
import numpy as np
import pytest
from scipy import stats

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.initializers import EmpiricalDistribution, EmpiricalHistogram, EmpiricalValues

TABLE = [
    (EmpiricalValues, {"layer": None, "seed": 3}),
    (EmpiricalValues, {"layer": "fc/kernel", "seed": 3}),
    (EmpiricalHistogram, {"layer": None, "seed": 3}),
    (EmpiricalHistogram, {"layer": "fc/kernel", "seed": 2**63}),
]


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A distribution with a gap, on disk."""
    rng = np.random.default_rng(0)
    weights = {"fc/kernel": rng.choice([-1, 1], 5000) * (0.05 + rng.gamma(2, 0.05, 5000))}
    weights["out/kernel"] = -1 - rng.random(500)
    masks = {key: np.ones(value.shape) for key, value in weights.items()}
    path = tmp_path_factory.mktemp("distributions") / "ticket.npz"
    EmpiricalDistribution.measure(weights, masks, "trained").save(path)
    return path


@pytest.fixture(params=TABLE, ids=lambda case: f"{case[0].__name__}-{case[1]}")
def case(request, stored):
    """(class, configuration as `get_config` should give it)."""
    initializer, config = request.param
    return initializer, {"path": str(stored)} | config


@pytest.fixture(autouse=True)
def no_bindings():
    yield
    gin.clear_config()


def test_round_trips(case):
    initializer, config = case
    original = initializer(**config)
    assert original.get_config() == config

    restored = keras.initializers.deserialize(keras.initializers.serialize(original))
    assert type(restored) is initializer and restored.get_config() == config
    np.testing.assert_array_equal(restored((20, 30)), original((20, 30)))

    layer = keras.layers.Dense(4, kernel_initializer=original, name="fc")
    copy = keras.layers.Dense.from_config(layer.get_config())
    for each in (layer, copy):
        each.build((None, 3))
    assert copy.kernel_initializer.get_config() == config
    np.testing.assert_array_equal(copy.kernel, layer.kernel)


def test_a_seed_fixes_the_values_and_no_seed_does_not(case):
    initializer, config = case
    one, same = initializer(**config), initializer(**config)
    np.testing.assert_array_equal(one((40, 5)), one((40, 5)))
    np.testing.assert_array_equal(one((40, 5)), same((40, 5)))
    other = initializer(**(config | {"seed": 12345}))
    assert (one((40, 5)).numpy() != other((40, 5)).numpy()).any()
    unseeded = initializer(**(config | {"seed": None}))
    assert (unseeded((40, 5)).numpy() != unseeded((40, 5)).numpy()).any()


def test_shapes_and_dtypes(case):
    initializer, config = case
    made = initializer(**config)
    assert made((3, 3, 2, 8)).shape == (3, 3, 2, 8)
    assert made((2, 3)).dtype == "float32"
    assert made((2, 3), dtype="float16").dtype == "float16"
    with pytest.raises(ConfigurationError, match="int32"):
        made((2, 3), dtype="int32")


def test_a_negative_seed_is_refused(case):
    initializer, config = case
    with pytest.raises(ConfigurationError, match="is -1"):
        initializer(**(config | {"seed": -1}))


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
