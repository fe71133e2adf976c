"""Makes a TensorFlow tensor of examples; on a CPU it uses the array's own memory or file."""

import numpy as np

from lth_keras.compat import tf
from lth_keras.data.rows_on_disk import RowsOnDisk

# The alignment of addresses that TensorFlow's kernels require.
_ALIGNMENT = 64


def placed(array):
    """A tensor of `array`'s numbers, on the same memory where no copy is necessary.

    Args:
      array: np.ndarray, which must not be written to from then on; or `RowsOnDisk`: the tensor is
        the whole file, also where the rows are a part of it, and nothing is read.

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
    """Presents an array as writable, because DLPack requires it; tensors are never written to."""

    def __init__(self, array):
        self._array = array  # The reference keeps the memory as long as the tensor exists.
        self.__array_interface__ = {
            **array.__array_interface__, "data": (array.ctypes.data, False)}
