"""`RowsOnDisk`: rows are indexed like an array."""

import pickle

import numpy as np
import pytest

from lth_keras.data.rows_on_disk import RowsOnDisk, joined
from lth_keras.errors import RunError


def test_rows_are_indexed_like_an_array(tmp_path):
    array = np.arange(60, dtype=np.float32).reshape(10, 2, 3)
    array.tofile(tmp_path / "rows")
    rows = RowsOnDisk(tmp_path / "rows", "<f4", array.shape)
    backwards = rows.take(slice(None, None, -1))
    assert np.array_equal(rows[2:5], array[2:5]) and np.array_equal(rows[3], array[3])
    assert np.array_equal(backwards[[0, 9]], array[[9, 0]])
    assert (rows.shape, rows.nbytes, rows.size, rows.ndim) == ((10, 2, 3), 240, 60, 3)
    assert np.array_equal(np.asarray(backwards), array[::-1])
    both = joined([(rows, np.array([1, 2])), (backwards, None)])
    assert isinstance(both, RowsOnDisk) and len(both) == 12
    assert np.array_equal(both[:3], array[[1, 2, 9]])
    again = pickle.loads(pickle.dumps(both))
    assert np.array_equal(again[:], both[:]) and len(pickle.dumps(both)) < 600
    (tmp_path / "rows").unlink()
    with pytest.raises(RunError, match="the data are decoded anew"):
        pickle.loads(pickle.dumps(both))[:]
