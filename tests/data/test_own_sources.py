"""Data of one's own: each form gives what was written, in memory and on disk alike."""

import gin
import numpy as np
import pytest

from lth_keras.data import Dataset, from_arrays
from lth_keras.data.rows_on_disk import RowsOnDisk
from lth_keras.errors import ConfigurationError
from lth_keras.experiment.identity import describe
from tests.data import own_data


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LTH_KERAS_CACHE", str(tmp_path / "cache"))


def both(name, **bindings):
    """The data in memory, checked to be those on disk."""
    memory = Dataset(name, **bindings).load()
    disk = Dataset(name, storage="disk", **bindings).load()
    assert isinstance(disk.images, RowsOnDisk) and isinstance(memory.images, np.ndarray)
    assert disk.fingerprint == memory.fingerprint and disk.splits == memory.splits
    assert np.array_equal(disk.images[:], memory.images)
    assert np.array_equal(disk.labels, memory.labels)
    assert (disk.label_names, disk.scale, disk.task) == (
        memory.label_names, memory.scale, memory.task)
    return memory


def test_an_archive_of_arrays(tmp_path):
    given = own_data.arrays()
    path = own_data.write_npz(tmp_path / "mine.npz", label_names=np.array(own_data.CLASSES))
    data = both(f"npz:{path}", validation=0.2)
    plain = from_arrays(**given, validation=0.2)
    assert data.fingerprint == plain.fingerprint and data.name == "npz:mine.npz"
    assert data.label_names == own_data.CLASSES and data.images.dtype == np.uint8


def test_weights_come_along_with_the_examples(tmp_path):
    weights = np.arange(30) % 4
    data = both(f"npz:{own_data.write_npz(tmp_path / 'mine.npz', w_train=weights)}")
    assert data.weights.tolist() == [*weights, *[1] * 9]
    disk = Dataset(f"npz:{tmp_path}/mine.npz", storage="disk").load()
    assert np.array_equal(disk.weights, data.weights)
    given = {**own_data.arrays(), "w_train": weights}
    assert both("mine", source=lambda: given).fingerprint == data.fingerprint


def test_a_compressed_archive_with_a_validation_split_of_its_own(tmp_path):
    given = own_data.arrays(validation=6, shape=(5,), dtype=np.float64)
    np.savez_compressed(tmp_path / "mine.npz", **given)
    data = both(f"npz:{tmp_path}/mine.npz")
    assert data.splits == {"train": (0, 30), "validation": (30, 36), "test": (36, 45)}
    assert np.array_equal(data.images[30:36], given["x_validation"].astype(np.float32))
    with pytest.raises(ConfigurationError, match="has a validation split of its own"):
        Dataset(f"npz:{tmp_path}/mine.npz", validation=0.1).load()


def test_a_folder_of_pictures_with_splits_above_the_classes(tmp_path):
    made = own_data.write_images(tmp_path / "pets", ("train", "val", "test"))
    (tmp_path / "pets" / "train" / "cat" / ".hidden.png").write_text("no picture")
    (tmp_path / "pets" / "train" / "cat" / "notes.txt").write_text("no picture either")
    data = both(f"images:{tmp_path}/pets")
    assert data.splits == {"train": (0, 12), "validation": (12, 24), "test": (24, 36)}
    assert data.label_names == own_data.CLASSES
    assert data.labels.tolist() == [label for label in range(3) for _ in range(4)] * 3
    assert np.array_equal(data.images[:4], made["train"][0])
    assert np.array_equal(data.images[24:28], made["test"][0])


def test_a_folder_without_splits_holds_out_a_test_set_of_every_class(tmp_path):
    own_data.write_images(tmp_path / "pets", ("",), ending="jpg")
    data = both(f"images:{tmp_path}/pets", test=3, channels=1)
    assert data.images.shape == (12, 5, 5, 1)
    assert sorted(data.labels[9:].tolist()) == [0, 1, 2]
    with pytest.raises(ConfigurationError, match="no test split; bind Dataset.test = 0.2"):
        Dataset(f"images:{tmp_path}/pets").load()


def test_pictures_of_all_sizes_are_brought_to_one(tmp_path):
    from PIL import Image

    own_data.write_images(tmp_path / "pets", size=(8, 8))
    wide = np.zeros((8, 24, 3), np.uint8)
    wide[:, 6:18] = 200  # What is kept: the middle of it.
    Image.fromarray(wide).save(tmp_path / "pets" / "train" / "cat" / "0.png")
    data = both(f"images:{tmp_path}/pets", image_size=(4, 4))
    assert data.images.shape == (24, 4, 4, 3)
    assert np.all(data.images[0] == 200)
    # Bilinear with the mean over what falls into a pixel, not the nearest: noise gets smoother.
    assert data.images[1:].std() < 60 < own_data.arrays()["x_train"].std()


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_whose_label_is_text(tmp_path, kind):
    table = own_data.table()
    path = tmp_path / f"pets.{kind}"
    table.to_csv(path, index=False) if kind == "csv" else table.to_parquet(path)
    data = both(f"{kind}:{path}", label="species", test=0.2, validation=0.25)
    assert data.label_names == own_data.CLASSES and data.images.shape == (30, 3)
    assert [data.size(split) for split in data.splits] == [18, 6, 6]
    rows = {tuple(row): label for row, label in zip(
        table[["width", "height", "young"]].to_numpy(np.float32).tolist(), table["species"],
        strict=True)}
    for row, label in zip(data.images.tolist(), data.labels, strict=True):
        assert rows[tuple(row)] == own_data.CLASSES[label]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_column_of_a_table_says_what_each_row_counts_for(tmp_path, kind):
    table = own_data.table()
    table["times"] = np.arange(30) % 5
    path = tmp_path / f"pets.{kind}"
    table.to_csv(path, index=False) if kind == "csv" else table.to_parquet(path)
    data = both(f"{kind}:{path}", label="species", weight="times", test=0.2, validation=0.25)
    assert data.images.shape == (30, 3)  # The weight is no input.
    times = {np.float32(row["width"]): row["times"] for _, row in table.iterrows()}
    assert data.weights.tolist() == [times[width] for width in data.images[:, 0]]
    plain = Dataset(f"{kind}:{path}", label="species", input=("width", "height", "young"),
                    test=0.2, validation=0.25).load()
    assert np.array_equal(plain.images, data.images) and plain.weights is None
    assert plain.fingerprint != data.fingerprint
    # In the cache the two are two sets, although their inputs are the same.
    disk = Dataset(f"{kind}:{path}", label="species", weight="times", test=0.2, validation=0.25,
                   storage="disk").load()
    assert np.array_equal(disk.weights, data.weights)


def test_a_folder_of_tables_and_chosen_columns(tmp_path):
    for split, rows in (("train", 30), ("validation", 6), ("test", 9)):
        own_data.table(rows, seed=rows).to_csv(tmp_path / f"{split}.csv", index=False)
    data = both(f"csv:{tmp_path}", label="species", input=("height", "width"))
    assert data.splits == {"train": (0, 30), "validation": (30, 36), "test": (36, 45)}
    assert np.array_equal(data.images[30:36, 0], own_data.table(6, seed=6)["height"])
    weighted = both(f"csv:{tmp_path}", label="species", weight="height")
    assert np.array_equal(weighted.weights[30:36], own_data.table(6, seed=6)["height"])


def test_labels_that_are_numbers_stay_numbers_for_a_regression(tmp_path):
    from lth_keras.tasks import Regression

    table = own_data.table().drop(columns="species")
    table.to_csv(tmp_path / "pets.csv", index=False)
    data = Dataset(f"csv:{tmp_path}/pets.csv", label="width", test=0.2).load(task=Regression())
    assert data.images.shape == (30, 2) and data.label_names is None
    assert sorted(data.labels.ravel().tolist()) == sorted(
        table["width"].astype(np.float32).tolist())


@gin.configurable
def given_as_dict(validation=None):
    return own_data.arrays(validation=validation)


def given_as_pairs():
    arrays = own_data.arrays()
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def test_a_function_that_returns_arrays(tmp_path):
    plain = from_arrays(**own_data.arrays())
    assert both("mine", source=given_as_dict).fingerprint == plain.fingerprint
    assert both("mine", source=given_as_pairs).fingerprint == plain.fingerprint
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

    assert both("mine", source=mapped).fingerprint == from_arrays(**given).fingerprint


def test_some_of_the_examples_are_the_same_on_disk(tmp_path):
    data = both("mine", source=given_as_dict, train_examples=12, test_examples=3, validation=3)
    assert [data.size(split) for split in data.splits] == [9, 3, 3]


def test_the_embedded_sets_can_be_on_disk_too():
    both("mnist1d", test_examples=50)


def test_a_run_is_named_for_what_decides_its_numbers(tmp_path):
    assert "storage" not in describe(Dataset("mnist"))
    assert set(describe(Dataset("mnist"))) == {
        "class", "name", "validation", "validation_seed", "mean", "std", "fallback",
        "train_examples", "test_examples", "device_limit_mb"}
    plain = describe(Dataset("npz:a.npz"))
    assert plain == describe(Dataset("npz:/elsewhere/b.npz", storage="disk", cache_dir="c"))
    assert plain != describe(Dataset("npz:a.npz", test=0.2))
    assert plain != describe(Dataset("npz:a.npz", validation=0.2))
    assert describe(Dataset("csv:a.csv", label="a", weight="b"))["weight"] == "b"
