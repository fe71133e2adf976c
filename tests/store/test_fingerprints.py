"""Digests of configurations, and the forms of variables."""

import numpy as np

from lth_keras.store.fingerprints import configuration_digest, shapes_of


def test_the_order_of_keys_changes_no_digest_and_each_value_does():
    first = {"a": 1, "b": {"c": [1, 2], "d": None}}
    same = configuration_digest(first)
    assert configuration_digest({"b": {"d": None, "c": (1, 2)}, "a": 1}) == same
    assert len({same, configuration_digest({**first, "a": 2}), configuration_digest(
        {**first, "b": {"c": [2, 1], "d": None}})}) == 3


def test_shapes_begin_with_the_type():
    assert shapes_of({"fc/kernel": np.zeros((2, 3), np.float32), "step": np.int64(1)}) == {
        "fc/kernel": ["float32", 2, 3], "step": ["int64"]}
