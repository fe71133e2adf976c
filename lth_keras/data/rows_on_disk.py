"""Examples that stay in a file and are read by index, like an array's rows."""

import math
import pathlib

import numpy as np

from lth_keras.errors import RunError

_CHUNK = 4096


class RowsOnDisk:
    """Rows of a memory-mapped file, in any order.

    It is indexed like a NumPy array along its first axis, and gives arrays in memory. Rows that
    nobody asks for are not read.

    Args:
      path: of the file: rows of one shape, in C's order.
      dtype: of its numbers.
      shape: [rows in the file, ...].
      rows: which of them these are, integers [N]; None is all.

    Attributes:
      rows: int64 [N].
      shape, dtype, ndim, size, nbytes: as an array's, of these rows.
    """

    def __init__(self, path, dtype, shape, rows=None):
        self.path, self.dtype, self._stored = pathlib.Path(path), np.dtype(dtype), tuple(shape)
        self.rows = np.arange(shape[0]) if rows is None else np.asarray(rows, np.int64)
        self.shape = (len(self.rows), *self._stored[1:])
        self.ndim = len(self.shape)
        self.size = math.prod(self.shape)
        self.nbytes = self.size * self.dtype.itemsize
        self._mapped = None

    @property
    def stored(self):
        """The whole file as a read-only `np.memmap`.

        Raises:
          RunError: the file is missing.
        """
        if self._mapped is None:
            try:
                self._mapped = np.memmap(self.path, self.dtype, "r", shape=self._stored)
            except (OSError, ValueError) as error:
                raise RunError(
                    f"{self.path} cannot be read ({error}); it was whole when the run began: give "
                    "the same command again, and the data are decoded anew"
                ) from error
        return self._mapped

    def take(self, chosen):
        """`RowsOnDisk` of the chosen ones of these rows; reads nothing."""
        return RowsOnDisk(self.path, self.dtype, self._stored, self.rows[chosen])

    def parts(self):
        """The rows in their order, as arrays of a chunk each."""
        for start in range(0, len(self), _CHUNK):
            yield self[start : start + _CHUNK]

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, chosen):
        return np.asarray(self.stored[self.rows[chosen]])

    def __array__(self, dtype=None, copy=None):
        del copy  # The result is a copy in any case.
        return np.asarray(self[:], dtype)

    def __reduce__(self):
        # Another process opens the file itself; its content is not sent.
        return RowsOnDisk, (self.path, self.dtype, self._stored, self.rows)

    def __repr__(self):
        return f"RowsOnDisk({str(self.path)!r}, {self.dtype}, {self.shape})"


def chosen_rows(array, chosen):
    """`array[chosen]`; for rows on disk nothing is read."""
    return array.take(chosen) if isinstance(array, RowsOnDisk) else array[chosen]


def joined(parts):
    """Chosen rows of several arrays, one after the other; rows of one file on disk are not read.

    Args:
      parts: pairs of an array or `RowsOnDisk`, all of one dtype and shape of row, and of the
        chosen rows, integers, or None for all.

    Returns:
      An array that begins at a multiple of 64 bytes, so that TensorFlow can use it where it is;
      or `RowsOnDisk`.
    """
    first = parts[0][0]
    if all(isinstance(array, RowsOnDisk) and array.path == first.path for array, _ in parts):
        rows = [array.rows if chosen is None else array.rows[chosen] for array, chosen in parts]
        return RowsOnDisk(first.path, first.dtype, first._stored, np.concatenate(rows))
    counts = [len(array) if chosen is None else len(chosen) for array, chosen in parts]
    whole, at = aligned_empty((sum(counts), *first.shape[1:]), first.dtype), 0
    for (array, chosen), count in zip(parts, counts, strict=True):
        # In chunks, because an array indexed by integers is a copy.
        for start in range(0, count, _CHUNK):
            stop = min(count, start + _CHUNK)
            these = slice(start, stop) if chosen is None else chosen[start:stop]
            whole[at + start : at + stop] = array[these]
        at += count
    return whole


def aligned_empty(shape, dtype):
    """An array like `np.empty`'s that begins at a multiple of 64 bytes."""
    dtype, alignment = np.dtype(dtype), 64
    size = math.prod(shape) * dtype.itemsize
    held = np.empty(size + alignment, np.uint8)
    first = -held.ctypes.data % alignment
    return held[first : first + size].view(dtype).reshape(shape)
