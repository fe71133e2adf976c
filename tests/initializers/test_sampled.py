"""What holds of every initializer: seeds, dtypes, round trips. A new one joins the table."""

import numpy as np
import pytest

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.initializers import EmpiricalHistogram, EmpiricalValues

TABLE = [
    (EmpiricalValues, {"layer": None, "seed": 3}),
    (EmpiricalValues, {"layer": "fc/kernel", "seed": 3}),
    (EmpiricalHistogram, {"layer": None, "seed": 3}),
    (EmpiricalHistogram, {"layer": "fc/kernel", "seed": 2**63}),
]


@pytest.fixture(params=TABLE, ids=lambda case: f"{case[0].__name__}-{case[1]}")
def case(request, stored):
    """(class, configuration as `get_config` should give it)."""
    initializer, config = request.param
    return initializer, {"path": str(stored)} | config


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
