"""TFMOT's wrapper around any layer: its masks, and what Keras does around a layer."""

import numpy as np

from lth_keras import pruning
from lth_keras.compat import keras
from lth_keras.variables import named_variables


def test_a_mask_of_each_part_behind_one_wrapper(model):
    wrapped = pruning.wrap(model, pruning.RewindingSchedule(1), never=("gru/cell/kernel",))
    masks = pruning.mask_variables(wrapped)
    assert set(masks) == {"gru/cell/recurrent_kernel", "head/kernel"}
    assert tuple(masks["gru/cell/recurrent_kernel"].shape) == (3, 9)


SCHEDULE = pruning.RewindingSchedule(3)


def dense(**arguments):
    return keras.Sequential([keras.Input((5,)), keras.layers.Dense(3, name="fc", **arguments)])


def test_masks_in_and_out_and_applied_in_the_forward_pass():
    wrapped = pruning.wrap(dense(), SCHEDULE)
    variables = pruning.mask_variables(wrapped)
    mask = np.arange(15).reshape(5, 3) % 2 == 0
    pruning.write_masks(variables, {"fc/kernel": mask})
    read = pruning.read_masks(variables)["fc/kernel"]
    assert read.dtype == bool
    np.testing.assert_array_equal(read, mask)
    kernel = named_variables(wrapped)["fc/kernel"]
    kernel.assign(np.ones((5, 3)))
    outputs = wrapped(np.ones((1, 5), np.float32), training=True)
    np.testing.assert_array_equal(outputs[0], mask.sum(axis=0))
    # TFMOT counts its steps and its mask stays: the schedule never prunes.
    for _ in range(20):
        wrapped(np.ones((1, 5), np.float32), training=True)
    np.testing.assert_array_equal(pruning.read_masks(variables)["fc/kernel"], mask)


def test_an_activity_regularizer_counts_behind_the_wrapper():
    plain = dense(activity_regularizer="l2")
    wrapped = pruning.wrap(plain, SCHEDULE)
    for key, variable in named_variables(wrapped).items():
        variable.assign(named_variables(plain)[key])
    inputs = np.arange(10, dtype=np.float32).reshape(2, 5)
    plain(inputs, training=True)
    wrapped(inputs, training=True)
    assert len(wrapped.losses) == 1
    assert float(wrapped.losses[0]) == float(plain.losses[0]) > 0
