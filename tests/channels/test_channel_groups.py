"""`ChannelGroups`: what is left whole, and why."""

import numpy as np
import pytest

from lth_keras.channels import ChannelGroups, check_has_groups
from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.pruning import prunable_weights
from lth_keras.variables import named_variables, snapshot
from tests.channels.described import groups_of, layers, residual


def test_a_layer_left_dense_keeps_the_units_that_it_reads():
    model = residual()
    weights = prunable_weights(model, never=("b",))
    channels = ChannelGroups(model, {weight.key for weight in weights})
    assert channels.groups == ()
    assert {each.why for each in channels.whole} == {"b is left dense", "the model's output"}
    with pytest.raises(ConfigurationError, match=r"no units that can be cut \(a: b is left dense"):
        check_has_groups(channels)


def test_each_kernel_that_makes_no_units_is_named():
    inputs = keras.Input((5, 6))
    x = layers.LSTM(8, return_sequences=True, name="lstm")(inputs)
    x = layers.Conv1D(8, 3, groups=2, name="parts")(x)
    x = layers.Dense(3, activation="softmax", name="shares")(layers.Dense(4, name="free")(x))
    model = keras.Model(inputs, layers.Dense(2, name="out")(layers.Flatten()(x)))
    channels = groups_of(model)
    lstm = "lstm (LSTM) is a layer whose channels are not known"
    assert {each.key: (each.channels, each.of, each.why) for each in channels.whole} == {
        "lstm/cell/kernel": (8, 8, lstm), "lstm/cell/recurrent_kernel": (8, 8, lstm),
        "parts/kernel": (8, 8, "parts (Conv1D) has groups of channels"),
        "shares/kernel": (3, 3, "shares has an activation across channels, or one that is not "
                          "known"),
        "out/kernel": (2, 2, "the model's output")}
    assert {key for key in channels.cut_kernels if key.endswith("kernel")} == {
        "free/kernel", "shares/kernel"}


def test_a_group_of_which_nothing_is_kept_keeps_nothing():
    model = residual()
    channels = groups_of(model)
    masks = {weight.key: np.zeros(weight.shape, bool) for weight in prunable_weights(model)}
    assert all(gone.all() for gone in channels.cut(masks).values())
    ones = {key: np.ones_like(array)
            for key, array in snapshot(named_variables(model)).items()}
    left = {key for key, array in channels.cleared(masks, ones).items() if array.any()}
    assert left == {"out/bias"}
