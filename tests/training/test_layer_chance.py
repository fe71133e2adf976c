"""Dropout and similar layers depend on the seed and the step alone, also after a resumption."""

import numpy as np
import pytest

from lth_keras import pruning
from lth_keras.compat import keras, tf
from lth_keras.training import SGD, LayerChance
from lth_keras.variables import named_variables

L = keras.layers


def noisy(input_shape, classes):
    inputs = keras.Input(input_shape)
    x = L.GaussianNoise(0.3)(L.Dense(8, "relu", name="fc")(L.Flatten()(inputs)))
    return keras.Model(inputs, L.Dense(classes, name="output")(L.Dropout(0.5)(x)))


def test_a_stretch_that_was_cut_ends_with_the_same_bytes(tiny, same):
    whole, start = tiny.trainer(SGD(0.1), model_fn=noisy), tiny.start(model_fn=noisy)
    whole.load(start)
    whole.train(tiny.order(), 6, augmentation_seed=5)
    cut = tiny.trainer(SGD(0.1), model_fn=noisy)
    cut.load(start)
    tf.random.set_seed(99)  # Earlier draws of the process do not matter.
    cut.train(tiny.order(), 2, augmentation_seed=5)
    resumed = tiny.trainer(SGD(0.1), model_fn=noisy)
    resumed.load(cut.state())
    resumed.train(tiny.order(), 4, augmentation_seed=5)
    same(resumed.state().weights, whole.state().weights)

    other = tiny.trainer(SGD(0.1), model_fn=noisy)
    other.load(start)
    other.train(tiny.order(), 6, augmentation_seed=6)
    assert any(
        not np.array_equal(value, whole.state().weights[key])
        for key, value in other.state().weights.items())


def test_a_model_and_its_wrapped_copy_draw_the_same_and_each_layer_its_own():
    inputs = keras.Input((400,))
    plain = keras.Model(inputs, [L.Dropout(0.5)(inputs), L.Dropout(0.5)(inputs),
                                 L.Dense(400, kernel_initializer="identity", name="fc")(inputs)])
    wrapped = pruning.wrap(plain, pruning.RewindingSchedule(1))
    for key, variable in named_variables(wrapped).items():
        variable.assign(named_variables(plain)[key])
    ones, drawn = np.ones((1, 400), np.float32), []
    for model, seed in ((plain, 1), (wrapped, 1), (plain, 2)):
        with LayerChance(model).at(tf.constant([seed, 0])):
            drawn.append([np.asarray(each) for each in model(ones, training=True)])
    assert all(np.array_equal(one, other) for one, other in zip(*drawn[:2], strict=True))
    assert not np.array_equal(drawn[0][0], drawn[0][1])
    assert not np.array_equal(drawn[0][0], drawn[2][0])
    assert drawn[0][0].mean() == pytest.approx(1, abs=0.2)  # Half of them, doubled.
