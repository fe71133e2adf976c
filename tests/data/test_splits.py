"""Stratified choices: exact counts, and the same ones every time."""

import numpy as np
import pytest

from lth_keras.data.splits import held_out_count, stratified_choice

LABELS = np.repeat([0, 1, 2], [50, 30, 20])


@pytest.mark.parametrize("count, expected", [
    (0, [0, 0, 0]),
    (10, [5, 3, 2]),
    (50, [25, 15, 10]),
    (100, [50, 30, 20]),
    (1, [1, 0, 0]),  # 0.5, 0.3, 0.2: the largest remainder
    (5, [3, 1, 1]),  # 2.5, 1.5, 1.0: of equal remainders the lower label
    (99, [49, 30, 20]),  # 49.5, 29.7, 19.8: the two largest remainders
])
def test_each_label_keeps_its_share(count, expected):
    chosen = stratified_choice(LABELS, count, seed=0)
    assert np.bincount(LABELS[chosen], minlength=3).tolist() == expected
    assert np.all(np.diff(chosen) > 0)


def test_a_choice_depends_on_the_seed_alone():
    chosen = [stratified_choice(LABELS, 10, seed).tolist() for seed in (0, 0, 1)]
    assert chosen[0] == chosen[1] != chosen[2]


def test_the_choice_is_the_same_in_every_version():
    # Literal: a change here changes the data of every experiment with a validation split.
    labels = np.array([0, 1] * 5)
    assert stratified_choice(labels, 4, seed=0).tolist() == [0, 1, 4, 5]


def test_labels_need_not_be_sorted_nor_without_gaps():
    labels = np.array([7, 3, 7, 3, 7, 3, 7, 3])
    assert np.bincount(labels[stratified_choice(labels, 4, 0)]).tolist() == [0, 0, 0, 2, 0, 0, 0, 2]


@pytest.mark.parametrize("validation, count", [
    (0, 0), (0.0, 0), (5000, 5000), (0.1, 6000), (0.0833333333, 5000), (np.int64(7), 7),
])
def test_a_share_and_a_count_hold_out_the_same_number(validation, count):
    assert held_out_count(validation, 60000, "x") == count
