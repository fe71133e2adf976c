"""Dropout and similar layers depend on the seed and the step alone, also after a resumption."""

import threading

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


def drawn(model, inputs, seed=(5, 9)):
    """The model's outputs in training, by a new `LayerChance`."""
    with LayerChance(model).at(tf.constant(seed)):
        return tf.nest.map_structure(np.asarray, model(inputs, training=True))


def test_a_layer_moves_rows_and_columns_independently():
    inputs = keras.Input((21, 21, 1))
    model = keras.Model(inputs, L.RandomTranslation(
        0.4, 0.4, fill_mode="constant", interpolation="nearest")(inputs))
    images = np.zeros((64, 21, 21, 1), np.float32)
    images[:, 10, 10] = 1
    _, rows, columns, _ = np.nonzero(drawn(model, images) > 0)
    assert len(rows) == len(images) and len(set(rows)) > 8
    # By chance it is 0 with a standard deviation of 0.13; with one draw for both it is 1.
    assert abs(np.corrcoef(rows, columns)[0, 1]) < 0.5


def test_the_first_draw_of_a_layer_follows_from_its_number_alone():
    """Stored checkpoints go on with these numbers."""
    inputs = keras.Input((64,))
    model = keras.Model(inputs, [L.Dropout(0.5)(inputs), L.Dropout(0.5)(inputs)])
    ones = np.ones((2, 64), np.float32)
    for number, mask in enumerate(drawn(model, ones)):
        seed = tf.random.experimental.stateless_fold_in(tf.constant([5, 9]), 2**20 + number)
        np.testing.assert_array_equal(
            mask, tf.nn.experimental.stateless_dropout(ones, 0.5, seed=seed))


def test_each_call_of_a_shared_layer_draws_its_own_and_a_pass_repeats():
    inputs, shared = keras.Input((64,)), L.Dropout(0.5)
    model = keras.Model(inputs, [shared(inputs), shared(inputs)])
    ones = np.ones((2, 64), np.float32)
    first, second = drawn(model, ones)
    # Independent masks agree in half of the 128 places, with a standard deviation of 5.7.
    assert 30 < (first == second).sum() < 98
    chance = LayerChance(model)
    for _ in range(2):  # The draws are counted within a pass, not over passes.
        with chance.at(tf.constant([5, 9])):
            np.testing.assert_array_equal(model(ones, training=True), [first, second])


def test_each_gate_of_a_recurrent_layer_has_masks_of_its_own():
    inputs = keras.Input((3, 16))
    layer = L.LSTM(16, dropout=0.5, recurrent_dropout=0.5)
    model, cell, ones = keras.Model(inputs, layer(inputs)), layer.cell, tf.ones((2, 16))
    with LayerChance(model).at(tf.constant([5, 9])):
        masks = [np.asarray(each).tobytes() for each in (
            *cell.get_dropout_mask_for_cell(ones, True, count=4),
            *cell.get_recurrent_dropout_mask_for_cell(ones, True, count=4))]
    assert len(set(masks)) == 8


def test_replicas_that_are_traced_in_turns_draw_from_their_own_seeds():
    inputs = keras.Input((64,))
    model = keras.Model(inputs, L.Dropout(0.5)(inputs))
    ones = np.ones((1, 64), np.float32)
    expected = [drawn(model, ones, (3, replica)) for replica in range(2)]
    chance, found, together = LayerChance(model), {}, threading.Barrier(2, timeout=60)

    def replica(number):
        with chance.at(tf.constant([3, number])):
            together.wait()  # Both have begun their pass when the first one draws.
            found[number] = np.asarray(model(ones, training=True))
            together.wait()

    threads = [threading.Thread(target=replica, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not np.array_equal(*expected)
    np.testing.assert_array_equal([found[0], found[1]], expected)
