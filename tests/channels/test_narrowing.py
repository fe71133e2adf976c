"""`Narrowing`: the smaller model and its arrays, by hand, and back to the full shapes."""

import numpy as np

from lth_keras.channels import Narrowing
from lth_keras.compat import keras
from lth_keras.variables import named_variables
from tests.channels.described import groups_of, layers


def small():
    inputs = keras.Input((3,))
    x = layers.Dense(4, "relu", name="hidden")(inputs)
    return keras.Model(inputs, layers.Dense(2, name="out")(x))


def test_a_unit_takes_its_column_its_bias_and_its_row_along():
    model = small()
    gone = np.array([False, True, False, False])
    narrowing = Narrowing(model, groups_of(model), {"hidden/kernel": gone})
    assert narrowing.settings == {"hidden": {"units": 3}}
    random = np.random.default_rng(0)
    full = {key: random.normal(size=variable.shape).astype(np.float32)
            for key, variable in named_variables(model).items()}
    cut = {key: narrowing.narrowed(key, array) for key, array in full.items()}
    assert np.array_equal(cut["hidden/kernel"], full["hidden/kernel"][:, ~gone])
    assert np.array_equal(cut["hidden/bias"], full["hidden/bias"][~gone])
    assert np.array_equal(cut["out/kernel"], full["out/kernel"][~gone])
    assert np.array_equal(cut["out/bias"], full["out/bias"])
    wide = {key: narrowing.widened(key, array) for key, array in cut.items()}
    assert not wide["hidden/kernel"][:, gone].any() and not wide["out/kernel"][gone].any()

    # The smaller model computes what the full one does with zeros for the unit.
    smaller = narrowing.model(model)
    for network, arrays in ((model, wide), (smaller, cut)):
        for key, variable in named_variables(network).items():
            variable.assign(arrays[key])
    x = random.normal(size=(5, 3)).astype(np.float32)
    np.testing.assert_allclose(smaller(x), model(x), atol=1e-6)


def test_nothing_cut_is_the_same_architecture():
    model = small()
    groups = groups_of(model)
    none = Narrowing(model, groups, {"hidden/kernel": np.zeros(4, bool)})
    one, another = (Narrowing(model, groups, {"hidden/kernel": np.arange(4) == place})
                    for place in (0, 3))
    assert none.architecture == () and one.architecture == another.architecture != ()
