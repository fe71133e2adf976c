"""The data order: permutations that follow from seed and epoch alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lth_keras.training import DataOrder


def test_an_epoch_is_a_permutation_of_its_own():
    order = DataOrder(3, 100, 10)
    epochs = [order.epoch(index) for index in range(5)]
    for permutation in epochs:
        assert permutation.dtype == np.int32
        np.testing.assert_array_equal(np.sort(permutation), np.arange(100))
    assert len({permutation.tobytes() for permutation in epochs}) == 5


def test_it_follows_from_the_seed_alone():
    asked_late = DataOrder(3, 100, 10).epoch(7)
    order = DataOrder(3, 100, 10)
    for index in range(8):
        order_of_epoch = order.epoch(index)
    np.testing.assert_array_equal(order_of_epoch, asked_late)
    assert not np.array_equal(DataOrder(4, 100, 10).epoch(7), asked_late)


def test_the_order_does_not_depend_on_the_batch_size():
    np.testing.assert_array_equal(DataOrder(3, 50, 5).epoch(1), DataOrder(3, 50, 9).epoch(1))


def test_stretches_by_hand():
    order = DataOrder(0, 63, 8)
    assert order.steps_per_epoch == 7
    assert list(order.stretches(5, 16)) == [(0, 5, 2), (1, 0, 7), (2, 0, 2)]
    assert list(order.stretches(7, 14)) == [(1, 0, 7)]
    assert list(order.stretches(4, 4)) == []


@given(st.integers(1, 9), st.integers(0, 60), st.integers(0, 60))
def test_stretches_cover_every_step_once(per_epoch, start, count):
    order = DataOrder(0, per_epoch * 4 + 3, 4)
    steps = [
        epoch * order.steps_per_epoch + first + i
        for epoch, first, length in order.stretches(start, start + count) for i in range(length)
    ]
    assert steps == list(range(start, start + count))
