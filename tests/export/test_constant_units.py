"""Units without incoming weights: their constants go into the biases behind them."""

import pytest

from lth_keras.compat import keras
from lth_keras.export import compact
from tests.export.dead_units import assert_same, dense_network, kill, layers, randomised, shapes


def test_units_nothing_feeds_become_biases_and_units_nothing_reads_go():
    model = dense_network()
    kill(model, "a", incoming=[0, 3])
    kill(model, "b", outgoing=[5])
    assert (model.get_layer("a").bias.numpy()[[0, 3]] > 0).any(), "a constant that is not zero"
    compacted = compact(model)
    assert shapes(compacted) == [("a", 8, 5), ("b", 5, 5)]
    assert_same(model, compacted)


@pytest.mark.parametrize("padding, bias, left", [
    ("valid", 0.7, 4),   # The constant goes into the next layer's biases.
    ("same", 0.7, 6),    # At the border it is no constant: the channels stay.
    ("same", -0.7, 4),   # ReLU makes it zero, which padding does not change.
])
def test_convolutions(padding, bias, left):
    model = randomised(keras.Sequential([
        layers.Input((9, 9, 2)), layers.Conv2D(6, 3, activation="relu", name="a"),
        layers.MaxPool2D(name="pool"), layers.Conv2D(4, 3, padding=padding, name="b"),
        layers.ReLU(name="relu"), layers.Flatten(name="flatten"), layers.Dense(3, name="c"),
    ]))
    kill(model, "a", incoming=[1, 4])
    values = model.get_layer("a").bias.numpy()
    values[[1, 4]] = bias
    model.get_layer("a").bias.assign(values)
    kill(model, "b", incoming=[0])
    compacted = compact(model)
    assert shapes(compacted) == [("a", 6, left), ("b", 4, 3)]
    assert_same(model, compacted)


def test_a_constant_in_a_sum_goes_into_all_its_readers():
    inputs = keras.Input((5,))
    a, b = layers.Dense(4, "relu", name="a")(inputs), layers.Dense(4, "tanh", name="b")(inputs)
    x = layers.Add(name="add")([a, b])
    outputs = [layers.Dense(2, use_bias=False, name=name)(x) for name in ("left", "right")]
    model = randomised(keras.Model(inputs, layers.Add(name="both")(outputs)))
    kill(model, "a", incoming=[2])
    kill(model, "b", incoming=[2])
    compacted = compact(model)
    assert shapes(compacted) == [("a", 4, 3), ("b", 4, 3)]
    assert compacted.model.get_layer("left").use_bias
    assert_same(model, compacted)


def test_what_a_constant_is_spread_over_is_none():
    inputs = keras.Input((5,))
    x = layers.Multiply(name="gated")([
        layers.Dense(4, name="a")(inputs), layers.Dense(1, name="gate")(inputs)])
    model = randomised(keras.Model(inputs, layers.Dense(2, name="out")(x)))
    kill(model, "a", incoming=[2])
    compacted = compact(model)
    assert shapes(compacted) == [("a", 4, 4)]
    assert_same(model, compacted)
