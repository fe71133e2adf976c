"""Archives of arrays: what was written comes back, in memory and on disk alike."""

import numpy as np
import pytest

from lth_keras.data import Dataset, from_arrays
from lth_keras.errors import ConfigurationError
from tests.data import own_data


def test_an_archive_of_arrays(tmp_path):
    given = own_data.arrays()
    path = own_data.write_npz(tmp_path / "mine.npz", label_names=np.array(own_data.CLASSES))
    data = own_data.from_both_storages(f"npz:{path}", validation=0.2)
    plain = from_arrays(**given, validation=0.2)
    assert data.fingerprint == plain.fingerprint and data.name == "npz:mine.npz"
    assert data.label_names == own_data.CLASSES and data.images.dtype == np.uint8


def test_weights_come_along_with_the_examples(tmp_path):
    weights = np.arange(30) % 4
    path = own_data.write_npz(tmp_path / "mine.npz", w_train=weights)
    data = own_data.from_both_storages(f"npz:{path}")
    assert data.weights.tolist() == [*weights, *[1] * 9]
    disk = Dataset(f"npz:{tmp_path}/mine.npz", storage="disk").load()
    assert np.array_equal(disk.weights, data.weights)
    given = {**own_data.arrays(), "w_train": weights}
    from_a_function = own_data.from_both_storages("mine", source=lambda: given)
    assert from_a_function.fingerprint == data.fingerprint


def test_a_compressed_archive_with_a_validation_split_of_its_own(tmp_path):
    given = own_data.arrays(validation=6, shape=(5,), dtype=np.float64)
    np.savez_compressed(tmp_path / "mine.npz", **given)
    data = own_data.from_both_storages(f"npz:{tmp_path}/mine.npz")
    assert data.splits == {"train": (0, 30), "validation": (30, 36), "test": (36, 45)}
    assert np.array_equal(data.images[30:36], given["x_validation"].astype(np.float32))
    with pytest.raises(ConfigurationError, match="has a validation split of its own"):
        Dataset(f"npz:{tmp_path}/mine.npz", validation=0.1).load()
