"""`Blocks`: how a block lies in each kind of kernel, by hand; against TFMOT; what is refused."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_model_optimization.python.core.sparsity.keras import pruning_utils

from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.granularity import Blocks
from lth_keras.pruning import RewindingSchedule, prunable_weights
from tests.granularity.kernels import dense_masks, kernel, pruned


def blocks_of(weight, shape):
    """(the block of each weight, how many there are)."""
    (row,) = Blocks(shape).grouping([weight]).rows
    (members,) = row.members
    return np.broadcast_to(members.index, weight.shape), row.size


def test_four_inputs_of_one_output():
    index, count = blocks_of(kernel("fc/kernel", (8, 2)), (4, 1))
    assert count == 4
    assert index.tolist() == [[0, 1]] * 4 + [[2, 3]] * 4


def test_the_last_blocks_are_smaller():
    index, count = blocks_of(kernel("fc/kernel", (5, 3)), (4, 2))
    assert count == 4
    assert index.tolist() == [[0, 0, 1]] * 4 + [[2, 2, 3]]


def test_a_block_larger_than_the_kernel_is_the_kernel():
    index, count = blocks_of(kernel("fc/kernel", (3, 2)), (16, 4))
    assert count == 1 and not index.any()


def test_in_a_convolution_a_block_stays_within_one_place():
    # [height 1, width 2, inputs 3, outputs 2]
    index, count = blocks_of(kernel("conv/kernel", (1, 2, 3, 2), "conv"), (2, 1))
    assert count == 8
    assert index.tolist() == [[[[0, 1], [0, 1], [2, 3]], [[4, 5], [4, 5], [6, 7]]]]


def test_in_a_transposed_convolution_the_inputs_are_last():
    inputs = keras.Input((2, 2, 4))
    model = keras.Model(inputs, keras.layers.Conv2DTranspose(3, 1, name="up")(inputs))
    (weight,) = prunable_weights(model)  # [height 1, width 1, outputs 3, inputs 4]
    index, count = blocks_of(weight, (4, 1))
    assert count == 3 and index.tolist() == [[[[0] * 4, [1] * 4, [2] * 4]]]


def test_heads_are_joined_with_what_lies_within_them():
    inputs = keras.Input((3, 4))
    attention = keras.layers.MultiHeadAttention(num_heads=2, key_dim=2, name="mha")
    model = keras.Model(inputs, attention(inputs, inputs))
    weights = {weight.key: weight for weight in prunable_weights(model)}
    query = weights["mha/query/kernel"]             # [inputs 4, heads 2, size 2]
    assert (query.input_axes, query.output_axes) == ((0,), (1, 2))
    index, count = blocks_of(query, (2, 4))
    assert count == 2 and index.tolist() == [[[0] * 2] * 2] * 2 + [[[1] * 2] * 2] * 2
    output = weights["mha/output/kernel"]  # [heads 2, size 2, outputs 4]
    assert (output.input_axes, output.output_axes) == ((0, 1), (2,))
    index, count = blocks_of(output, (4, 1))
    assert count == 4 and (index == np.arange(4)).all()


WEIGHT = kernel("fc/kernel", (4, 3))
SCORES = {"fc/kernel": np.array(
    [[3.0, 0.0, 2.0], [0.0, 0.0, 2.0], [1.0, 4.0, -9.0], [1.0, 0.0, 0.0]])}


@pytest.mark.parametrize("pooling, expected", [
    # Blocks of two inputs: (3, 0) (0, 0) (2, 2) / (1, 1) (4, 0) (-9, 0)
    ("mean_square", [4.5, 0, 4, 1, 8, -40.5]),
    ("mean", [1.5, 0, 2, 1, 2, -4.5]),
    ("max", [3, 0, 2, 1, 4, 0]),
])
def test_pooling(pooling, expected):
    grouping = Blocks((2, 1), pooling).grouping([WEIGHT])
    pooled = grouping.pool(SCORES, dense_masks([WEIGHT]))["fc/kernel"]
    assert pooled.dtype == np.float64 and pooled.tolist() == expected


def test_only_weights_that_are_there_are_pooled():
    masks = dense_masks([WEIGHT])
    masks["fc/kernel"][0, 0] = masks["fc/kernel"][2:, 1] = False
    grouping = Blocks((2, 1), "mean").grouping([WEIGHT])
    assert grouping.pool(SCORES, masks)["fc/kernel"].tolist() == [0, 0, 2, 1, 0, -4.5]
    assert grouping.alive(masks)["fc/kernel"].tolist() == [True] * 4 + [False, True]


def test_exactly_the_scheduled_blocks_go_and_the_earlier_of_equals_first():
    schedule = RewindingSchedule(1, 0.5, granularity=Blocks((2, 1)))
    scores = {"fc/kernel": np.array([[1.0, 5, 1], [1, 5, 1], [1, 1, 6], [1, 1, 6]])}
    found = pruned(schedule.granularity.grouping([WEIGHT]), schedule, scores,
                   dense_masks([WEIGHT]), 1)
    # ⌈½ · 5⌉ = 3 of 6 go: the first three of the four whose pooled score is 1.
    assert found["fc/kernel"].astype(int).tolist() == [[0, 1, 0]] * 2 + [[0, 1, 1]] * 2


@pytest.mark.parametrize("shape", [(784, 10), (30, 7), (8, 8)])
def test_the_blocks_of_tfmots_own_pooling(shape):
    """TFMOT's AVG pooling ranks blocks by the mean of |w|, the last ones padded with zeros."""
    random = np.random.default_rng(1)
    values = random.normal(size=shape).astype(np.float32)
    weight = kernel("fc/kernel", shape)
    grouping = Blocks((2, 1), "mean").grouping([weight])
    ours = grouping.pool({"fc/kernel": np.abs(values)}, dense_masks([weight]))["fc/kernel"]
    theirs = pruning_utils.factorized_pool(
        tf.constant(np.abs(values)), [2, 1], "AVG", [2, 1], "SAME").numpy()
    np.testing.assert_allclose(ours, theirs.ravel(), rtol=1e-6)


@pytest.mark.parametrize("arguments, message", [
    ({"shape": 4}, "Blocks.shape is 4; expected two whole numbers"),
    ({"shape": (4,)}, r"Blocks.shape is \(4,\)"),
    ({"shape": (4, 0)}, r"Blocks.shape is \(4, 0\)"),
    ({"shape": (4.0, 1)}, r"Blocks.shape is \(4.0, 1\)"),
    ({"shape": (True, 1)}, r"Blocks.shape is \(True, 1\)"),
    ({"pooling": "sum"}, "Blocks.pooling is 'sum'; expected one of"),
])
def test_refused(arguments, message):
    with pytest.raises(ConfigurationError, match=message):
        Blocks(**arguments)
