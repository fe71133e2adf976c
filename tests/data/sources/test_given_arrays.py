"""Functions that return arrays: as a dict, as pairs, mapped from files, a part of them."""

import gin
import numpy as np

from lth_keras.data import Dataset, from_arrays
from tests.data import own_data


@gin.configurable
def given_as_dict(validation=None):
    return own_data.arrays(validation=validation)


def given_as_pairs():
    arrays = own_data.arrays()
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def test_a_function_that_returns_arrays(tmp_path):
    plain = from_arrays(**own_data.arrays())
    for source in (given_as_dict, given_as_pairs):
        data = own_data.from_both_storages("mine", source=source)
        assert data.fingerprint == plain.fingerprint
    gin.parse_config("Dataset.name = 'mine'\nDataset.source = @given_as_dict\n"
                     "given_as_dict.validation = 6")
    try:
        assert Dataset().load().size("validation") == 6
    finally:
        gin.clear_config()


def test_memory_mapped_arrays_are_read_in_parts(tmp_path):
    given = own_data.arrays()
    for key, array in given.items():
        np.save(tmp_path / key, array)

    def mapped():
        return {key: np.load(tmp_path / f"{key}.npy", mmap_mode="r") for key in given}

    data = own_data.from_both_storages("mine", source=mapped)
    assert data.fingerprint == from_arrays(**given).fingerprint


def test_some_of_the_examples_are_the_same_on_disk(tmp_path):
    data = own_data.from_both_storages(
        "mine", source=given_as_dict, train_examples=12, test_examples=3, validation=3)
    assert [data.size(split) for split in data.splits] == [9, 3, 3]
