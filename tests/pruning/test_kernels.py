"""Which matrices of a model are pruned, their keys, kinds and rates."""

import pytest

from lth_keras import pruning
from lth_keras.pruning.kernels import PrunableWeight


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


@pytest.mark.parametrize("shape, inputs, outputs, expected", [
    ((6, 64), None, None, (6, 64)),
    ((3, 3, 8, 16), None, None, (3, 3, 8, 16)),
    # An attention's query and output: heads and size are one side.
    ((6, 4, 16), (0,), (1, 2), (6, 64)),
    ((4, 16, 6), (0, 1), (2,), (64, 6)),
    ((5,), None, None, (5,)),
])
def test_a_kernel_as_matrices(shape, inputs, outputs, expected):
    weight = PrunableWeight("a/kernel", "a", shape, "dense", False, inputs, outputs)
    assert weight.matrix_shape == expected
