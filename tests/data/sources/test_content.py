"""The fingerprint of files: known by their content, and not read twice."""

import os
import time

import numpy as np
import pytest

from lth_keras.data.sources import content
from lth_keras.errors import ConfigurationError
from tests.data import own_data


def test_files_are_known_by_their_content_and_not_read_twice(tmp_path, monkeypatch):
    path = own_data.write_npz(tmp_path / "mine.npz")
    long_ago = time.time() - 100
    os.utime(path, (long_ago, long_ago))
    index = content.ContentIndex(tmp_path / "cache")
    first = content.of_files(path, [path], index)
    path.rename(tmp_path / "other.npz")
    other = tmp_path / "other.npz"
    assert content.of_files(other, [other], index) == first

    def forbidden(path):
        raise AssertionError("read again")

    monkeypatch.setattr(content, "_sha256", forbidden)
    assert content.of_files(other, [other], index) == first
    monkeypatch.undo()
    own_data.write_npz(other, x_train=np.zeros((30, 4, 4, 3), np.uint8))
    assert content.of_files(other, [other], index) != first


def test_of_arrays_their_names_types_shapes_and_numbers_count():
    array = np.arange(6, dtype=np.int32)
    prints = {content.of_arrays(arrays) for arrays in (
        {"x": array}, {"y": array}, {"x": array.astype(np.int64)}, {"x": array.reshape(2, 3)},
        {"x": array + 1}, {"x": array, "y": array})}
    assert len(prints) == 6
    assert content.of_arrays({"x": array, "y": None}) == content.of_arrays({"x": array})
    # Read in parts of 1024, which the fingerprint does not show.
    long = np.arange(3000)
    assert content.of_arrays({"x": long}) == content.of_arrays({"x": long.copy()})
    assert content.of_arrays({"x": long[::-1]}) != content.of_arrays({"x": long})


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="none.npz cannot be read: No such file"):
        content.of_files(tmp_path, [tmp_path / "none.npz"], content.ContentIndex())
