"""A tensor on the memory of an array, or on its file, without a copy."""

import numpy as np

from lth_keras.compat import tf
from lth_keras.data.rows_on_disk import RowsOnDisk
from lth_keras.training.zero_copy import placed


def test_a_tensor_is_the_array_itself():
    whole = np.zeros(1000, np.uint8)
    start = -whole.ctypes.data % 64  # TensorFlow needs addresses that 64 divides.
    array = whole[start:start + 900]
    tensor = placed(array)
    array[3] = 255  # Nothing changes examples in a run; here it shows that there is no copy.
    assert tf.gather(tensor, [3]).numpy().tolist() == [255]


def test_what_cannot_be_shared_is_copied():
    array = np.arange(7)
    tensor = placed(array[1:])
    array[1] = 9
    assert tensor.numpy().tolist() == [1, 2, 3, 4, 5, 6]


def test_rows_on_disk_are_the_whole_file(tmp_path):
    array = np.arange(40, dtype=np.float32).reshape(10, 4)
    array.tofile(tmp_path / "rows")
    rows = RowsOnDisk(tmp_path / "rows", "<f4", array.shape)
    assert np.array_equal(placed(rows).numpy(), array)
    assert np.array_equal(placed(rows.take(slice(2, 4))).numpy(), array)
