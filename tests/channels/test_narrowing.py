"""`Narrowing`: the smaller model and its arrays, by hand, and back to the full shapes."""

import numpy as np
import pytest

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


def test_what_has_no_axes_stays_as_it_is():
    """`Normalization` counts its examples in a scalar."""
    inputs = keras.Input((3,))
    x = layers.Dense(4, "relu", name="hidden")(layers.Normalization(name="scale")(inputs))
    model = keras.Model(inputs, layers.Dense(2, name="out")(x))
    narrowing = Narrowing(model, groups_of(model), {"hidden/kernel": np.arange(4) == 1})
    smaller = narrowing.model(model)
    for key, variable in named_variables(smaller).items():
        variable.assign(narrowing.narrowed(key, named_variables(model)[key].numpy()))
    count = np.int64(5)
    assert narrowing.narrowed("scale/count", count).shape == ()


def test_nothing_cut_is_the_same_architecture():
    model = small()
    groups = groups_of(model)
    none = Narrowing(model, groups, {"hidden/kernel": np.zeros(4, bool)})
    one, another = (Narrowing(model, groups, {"hidden/kernel": np.arange(4) == place})
                    for place in (0, 3))
    assert none.architecture == () and one.architecture == another.architecture != ()


def attention():
    """The query is narrowed; the attention has no `output_shape` of its own."""
    inputs = keras.Input((5, 6))
    x = layers.Dense(8, name="a")(inputs)
    x = layers.MultiHeadAttention(2, 4, name="heads")(x, layers.Dense(6, name="values")(inputs))
    return keras.Model(inputs, layers.Dense(3, name="out")(layers.Flatten()(x)))


def one_reshape_for_two():
    inputs = keras.Input((4, 4, 2))
    shape, read = layers.Reshape((16, 4), name="shape"), layers.Dense(3, name="read")
    both = [read(shape(layers.Conv2D(4, 1, name=name)(inputs))) for name in "ab"]
    return keras.Model(inputs, layers.Dense(3, name="out")(
        layers.Flatten()(layers.Concatenate()(both))))


def one_dense_for_channels_and_places():
    """The second call of `read` reads places: none of what it reads can be cut."""
    inputs = keras.Input((4, 6))
    x, read = layers.Dense(4, name="a")(inputs), layers.Dense(3, name="read")
    x = layers.Concatenate(axis=1)([read(x), read(layers.Permute((2, 1))(x))])
    return keras.Model(inputs, layers.Dense(2, name="out")(
        layers.Flatten()(layers.Dense(5, name="b")(x))))


def inverted_residual():
    """A block of MobileNetV2."""
    inputs = keras.Input((6, 6, 3))
    x = layers.Conv2D(4, 3, padding="same", use_bias=False, name="stem")(inputs)
    x = layers.BatchNormalization(name="bn0")(x)
    y = layers.Conv2D(6, 1, use_bias=False, name="expand")(x)
    y = layers.ReLU(6.0)(layers.BatchNormalization(name="bn1")(y))
    y = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="each")(y)
    y = layers.ReLU(6.0)(layers.BatchNormalization(name="bn2")(y))
    y = layers.Conv2D(4, 1, use_bias=False, name="project")(y)
    x = layers.Add()([x, layers.BatchNormalization(name="bn3")(y)])
    return keras.Model(inputs, layers.Dense(3, name="out")(layers.GlobalAveragePooling2D()(x)))


def two_outputs():
    inputs = keras.Input((6,))
    x = layers.Dense(8, "relu", name="a")(inputs)
    y = layers.Dense(6, "relu", name="b")(x)
    return keras.Model(inputs, [layers.Dense(2, name="one")(y), layers.Dense(3, name="two")(x)])


@pytest.mark.parametrize("make, sets", [
    (attention, {"a/kernel": 8, "values/kernel": 6, "heads/query/kernel": 2,
                 "heads/output/kernel": 8}),
    (one_reshape_for_two, {"b/kernel": 4, "read/kernel": 3}),
    (one_dense_for_channels_and_places, {"b/kernel": 5}),
    (inverted_residual, {"stem/kernel": 4, "expand/kernel": 6}),
    (two_outputs, {"a/kernel": 8, "b/kernel": 6}),
])
@pytest.mark.parametrize("share", ["half", "all"])
def test_the_narrower_network_computes_the_same(make, sets, share):
    model = make()
    groups = groups_of(model)
    assert {group.name: group.size for group in groups.groups} == sets
    random = np.random.default_rng(0)
    full = {key: (0.5 + random.random(variable.shape)).astype(np.float32)
            for key, variable in named_variables(model).items()}
    cut = {name: np.arange(size) % 2 == 0 if share == "half" else np.ones(size, bool)
           for name, size in sets.items()}
    gone = groups.cut_labels(cut)
    for key, axes in groups.axes.items():
        for axis, labels in axes.items():
            np.moveaxis(full[key], axis, 0)[np.isin(labels, gone)] = 0
    narrowing = Narrowing(model, groups, cut)
    smaller = narrowing.model(model)
    assert smaller.count_params() < model.count_params()
    for network, arrays in ((model, full), (smaller, {
            key: narrowing.narrowed(key, array) for key, array in full.items()})):
        for key, variable in named_variables(network).items():
            variable.assign(arrays[key])
    x = random.normal(size=(2, *model.input_shape[1:])).astype(np.float32)
    expected, found = (np.concatenate([np.ravel(each) for each in _outputs(network, x)])
                       for network in (model, smaller))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * np.abs(expected).max())


def _outputs(network, x):
    found = network(x, training=False)
    return found if isinstance(found, list) else [found]
