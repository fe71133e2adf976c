"""Keras 3 is used only where the caller has imported it; the names that it makes up."""

import sys

import keras as keras3_library

from lth_keras import keras3


def test_names_are_counted_from_zero_and_the_callers_counts_go_on():
    keras3_library.layers.Dense(1)
    for _ in range(2):
        with keras3.counted_names():
            assert keras3_library.layers.Dense(1).name == "dense"
    assert keras3_library.layers.Dense(1).name != "dense"


def test_without_keras_3_nothing_is_imported(monkeypatch):
    monkeypatch.delitem(sys.modules, "keras")
    assert not keras3.is_keras3(object())
    with keras3.counted_names():
        pass
    assert "keras" not in sys.modules
