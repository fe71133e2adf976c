"""Which matrices of a model are pruned, their keys, kinds and rates."""

import pytest

from lth_keras import pruning
from lth_keras.compat import keras
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


@pytest.mark.parametrize("layer, key, axes, matrix", [
    # Transposed: [*window, outputs, inputs].
    (keras.layers.Conv1DTranspose(5, 2), "kernel", ((2,), (1,)), (2, 3, 5)),
    (keras.layers.Conv2DTranspose(5, 2), "kernel", ((3,), (2,)), (2, 2, 3, 5)),
    (keras.layers.Conv3DTranspose(5, 2), "kernel", ((4,), (3,)), (2, 2, 2, 3, 5)),
    (keras.layers.Conv2D(5, 2), "kernel", ((2,), (3,)), (2, 2, 3, 5)),
    (keras.layers.DepthwiseConv2D(2, depth_multiplier=5), "depthwise_kernel", ((2,), (3,)),
     (2, 2, 3, 5)),
    (keras.layers.SeparableConv2D(5, 2), "pointwise_kernel", ((2,), (3,)), (1, 1, 3, 5)),
])
def test_which_axes_a_convolution_reads_and_gives(layer, key, axes, matrix):
    inputs = keras.Input((*[4] * len(layer.kernel_size), 3))
    model = keras.Model(inputs, layer(inputs))
    (weight,) = pruning.prunable_weights(model, also=(f"{layer.name}/{key}",))
    assert weight.key == f"{layer.name}/{key}"
    assert (weight.input_axes, weight.output_axes) == axes
    assert weight.matrix_shape == matrix


def test_each_unit_of_a_depthwise_kernel_reads_one_channel():
    inputs = keras.Input((4, 4, 3))
    model = keras.Model(inputs, keras.layers.SeparableConv2D(5, 2, depth_multiplier=4)(inputs))
    depthwise, pointwise = pruning.prunable_weights(model, also=(model.layers[1].name,))
    assert (depthwise.shape, depthwise.unit_axes) == ((2, 2, 3, 4), (2, 3))
    assert depthwise.unit_shape == (2, 2, 1, 12)
    assert pointwise.unit_axes == pointwise.output_axes == (3,)
    assert pointwise.unit_shape == pointwise.matrix_shape == (1, 1, 12, 5)


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
    assert weight.matrix_shape == weight.unit_shape == expected
