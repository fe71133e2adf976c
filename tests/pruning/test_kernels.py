"""Which matrices of a model are pruned, their keys and rates, and the table of them."""

import pytest

from lth_keras import pruning
from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError

L = keras.layers


@pytest.fixture(scope="module")
def model():
    inputs = keras.Input((5,))
    x = L.Embedding(9, 4, name="words")(inputs)
    x = L.GRU(3, name="gru", return_sequences=True)(x)
    x = L.PReLU(name="slopes")(x)
    x = L.DepthwiseConv1D(2, name="depthwise")(x)
    x = L.Flatten()(x)
    return keras.Model(inputs, L.Dense(2, name="head", trainable=False)(x))


def keys(weights):
    return [weight.key for weight in weights]


def test_what_is_pruned_by_default_and_by_name(model):
    weights = pruning.prunable_weights(model)
    assert keys(weights) == ["gru/cell/kernel", "gru/cell/recurrent_kernel", "head/kernel"]
    assert [weight.kind for weight in weights] == ["recurrent", "recurrent", "dense"]
    assert [weight.is_output for weight in weights] == [False, False, True]
    also = pruning.prunable_weights(
        model, never=("gru/cell/kernel", "head"), also=("words", "depthwise/depthwise_kernel"))
    assert keys(also) == [
        "words/embeddings", "gru/cell/recurrent_kernel", "depthwise/depthwise_kernel"]


def test_rates_by_kind_and_by_key(model):
    kernel, recurrent, head = pruning.prunable_weights(model)
    schedule = pruning.RewindingSchedule(
        1, 0.5, {"recurrent": 0.25, "name:gru/cell/kernel": 0.75})
    assert [schedule.rate_of(each) for each in (kernel, recurrent, head)] == [0.75, 0.25, 0.5]
    pruning.check_rates(model, schedule.rates)
    with pytest.raises(ConfigurationError, match="'conv', which fits no layer"):
        pruning.check_rates(model, {"conv": 0.5})


def test_the_table_says_why(model):
    schedule = pruning.RewindingSchedule(1, 0.5, {"recurrent": None})
    rows = {
        f"{row.layer}/{row.kernel}": (row.pruned, row.why)
        for row in pruning.kernel_table(model, schedule, never=("gru/cell/kernel",))
    }
    assert rows == {
        "words/embeddings": (False, "an embedding: name it in also_prune to prune it"),
        "gru/cell/kernel": (False, "named in never_prune"),
        "gru/cell/recurrent_kernel": (False, "rate None"),
        "gru/cell/bias": (False, "no kernel"),
        "slopes/alpha": (False, "no kernel"),
        "depthwise/depthwise_kernel":
            (False, "a depthwise kernel: name it in also_prune to prune it"),
        "head/kernel": (True, "rate 0.5; frozen"),
    }
    lines = pruning.lines_of(pruning.kernel_table(model, schedule))
    assert lines[0].split() == ["layer", "kernel", "shape", "pruned"]
    assert lines[-1].split() == ["head", "kernel", "12×2", "yes", "rate", "0.5;", "frozen"]


@pytest.mark.parametrize("check, name, message", [
    (pruning.check_also_prune, "gru", "'gru', which is no layer that is left dense by default; "
     r"expected some of words \(an embedding\), depthwise \(a depthwise kernel\)"),
    (pruning.check_never_prune, "gru/kernel", "'gru/kernel', and no layer of the model"),
])
def test_names_that_are_none(model, check, name, message):
    with pytest.raises(ConfigurationError, match=message):
        check(model, (name,))


def test_a_mask_of_each_part_behind_one_wrapper(model):
    wrapped = pruning.wrap(model, pruning.RewindingSchedule(1), never=("gru/cell/kernel",))
    masks = pruning.mask_variables(wrapped)
    assert set(masks) == {"gru/cell/recurrent_kernel", "head/kernel"}
    assert tuple(masks["gru/cell/recurrent_kernel"].shape) == (3, 9)
