"""Wrapping with TFMOT: which layers, under which keys, and what is refused."""

import numpy as np
import pytest

from lth_keras import pruning
from lth_keras.compat import PrunableLayer, PruneLowMagnitude, keras
from lth_keras.errors import ConfigurationError
from lth_keras.variables import named_variables, snapshot, walk

SCHEDULE = pruning.RewindingSchedule(3)
L = keras.layers


def convolutional():
    inputs = keras.Input((8, 8, 2))
    x = L.Conv2D(3, 3, name="conv")(inputs)
    x = L.BatchNormalization(name="norm")(x)
    x = L.DepthwiseConv2D(3, name="depthwise")(x)
    x = L.Flatten(name="flat")(x)
    return keras.Model(inputs, L.Dense(4, name="head")(x), name="net")


def nested():
    block_in = keras.Input((6,))
    block = keras.Model(block_in, L.Dense(6, name="fc")(block_in), name="block")
    other_in = keras.Input((6,))
    other = keras.Model(other_in, L.Dense(6, name="fc")(other_in), name="other")
    inputs = keras.Input((6,))
    return keras.Model(inputs, L.Dense(2, name="fc")(other(block(inputs))), name="net")


def wrapped_names(model):
    return [path for path, layer in walk(model) if isinstance(layer, PruneLowMagnitude)]


def test_only_layers_with_a_prunable_kernel_are_wrapped():
    model = pruning.wrap(convolutional(), SCHEDULE)
    assert wrapped_names(model) == ["conv", "head"]


def test_keys_and_shapes_do_not_depend_on_the_wrapping():
    plain = convolutional()
    wrapped = pruning.wrap(plain, SCHEDULE)
    shapes = {key: tuple(v.shape) for key, v in named_variables(plain).items()}
    assert {key: tuple(v.shape) for key, v in named_variables(wrapped).items()} == shapes
    assert shapes["conv/kernel"] == (3, 3, 2, 3) and shapes["head/bias"] == (4,)
    assert {"norm/gamma", "norm/moving_mean", "depthwise/depthwise_kernel"} < set(shapes)
    assert set(pruning.mask_variables(wrapped)) == {"conv/kernel", "head/kernel"}


def test_prunable_weights():
    conv, head = pruning.prunable_weights(convolutional())
    assert (conv.key, conv.layer, conv.kind) == ("conv/kernel", "conv", "conv")
    assert (head.key, head.kind, head.size) == ("head/kernel", "dense", 192)
    assert not conv.is_output and head.is_output
    (only,) = pruning.prunable_weights(convolutional(), never=("head",))
    assert only.is_output


def test_nested_models_prefix_their_name():
    plain = nested()
    wrapped = pruning.wrap(plain, SCHEDULE)
    assert wrapped_names(wrapped) == ["block/fc", "other/fc", "fc"]
    assert set(named_variables(wrapped)) == set(named_variables(plain))
    assert set(pruning.mask_variables(wrapped)) == {
        "block/fc/kernel", "other/fc/kernel", "fc/kernel"}


def test_layers_named_never_stay_plain():
    assert wrapped_names(pruning.wrap(convolutional(), SCHEDULE, never=("conv",))) == ["head"]


def test_the_original_is_left_alone():
    plain = convolutional()
    before = snapshot(named_variables(plain))
    wrapped = pruning.wrap(plain, SCHEDULE)
    for variable in named_variables(wrapped).values():
        variable.assign(variable + 1.0)
    for key, array in snapshot(named_variables(plain)).items():
        np.testing.assert_array_equal(array, before[key])


class Odd(L.Layer):
    def build(self, shape):
        self.matrix = self.add_weight("matrix", (shape[-1], 3))

    def call(self, inputs):
        return inputs @ self.matrix


class OddPrunable(Odd, PrunableLayer):
    def get_prunable_weights(self):
        return [self.matrix]


def test_a_layer_that_tfmot_cannot_prune_is_refused():
    model = keras.Sequential([keras.Input((5,)), Odd(name="odd"), L.Dense(2, name="fc")])
    with pytest.raises(ConfigurationError, match=r"'odd' \(Odd\) has weights that TFMOT cannot"):
        pruning.wrap(model, SCHEDULE)
    assert wrapped_names(pruning.wrap(model, SCHEDULE, never=("odd",))) == ["fc"]


def test_a_layer_that_says_what_to_prune_is_wrapped():
    model = keras.Sequential([keras.Input((5,)), OddPrunable(name="odd")])
    assert set(pruning.mask_variables(pruning.wrap(model, SCHEDULE))) == {"odd/matrix"}


def test_a_model_without_kernels_is_refused():
    model = keras.Sequential([keras.Input((5,)), L.ReLU()])
    with pytest.raises(ConfigurationError, match="no layer with a prunable kernel"):
        pruning.wrap(model, SCHEDULE)
