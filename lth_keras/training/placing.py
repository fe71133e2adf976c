"""Examples as a TensorFlow tensor: on a CPU the array itself, be it in memory or in a file."""

import numpy as np

from lth_keras.compat import tf
from lth_keras.data.rows_on_disk import RowsOnDisk

# What TensorFlow's kernels take for granted of an address.
_ALIGNMENT = 64


def placed(array):
    """A tensor of `array`'s numbers; where nothing else needs a copy, over the same memory.

    Args:
      array: np.ndarray, which must not be written to from then on; or `RowsOnDisk`, of which the
        whole file is taken, whatever its rows are, and nothing read.

    Returns:
      tf.Tensor.
    """
    if isinstance(array, RowsOnDisk):
        array = array.stored
        with tf.device("CPU:0"):
            return _shared(array) if array.flags.aligned and array.size else tf.constant(array)
    on_cpu = not tf.config.list_physical_devices("GPU")
    return _shared(array) if on_cpu and _is_shareable(array) else tf.constant(array)


def _is_shareable(array):
    return (array.size and array.flags.c_contiguous and array.ctypes.data % _ALIGNMENT == 0
            and array.dtype.kind in "uif" and array.dtype.isnative)


def _shared(array):
    return tf.experimental.dlpack.from_dlpack(np.asarray(_Writable(array)).__dlpack__())


class _Writable:
    """Shows an array as if it could be written to, which DLPack insists on; a tensor never is."""

    def __init__(self, array):
        self._array = array  # Its memory lives as long as the tensor does.
        self.__array_interface__ = {
            **array.__array_interface__, "data": (array.ctypes.data, False)}
