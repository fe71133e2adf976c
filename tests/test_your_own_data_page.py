"""The examples of docs/your_own_data.md, taken from the page and run."""

import pathlib
import re
import runpy
import sys

import gin
import numpy as np
import pytest

from lth_keras.data import Dataset, connectivity
from lth_keras.data.rows_on_disk import RowsOnDisk
from lth_keras.errors import ConfigurationError
from lth_keras.training import RandomResizedCropAndFlip
from tests.data import own_data, tfds_sets

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "your_own_data.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"^```\w+ ([\w.]+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


@pytest.fixture(autouse=True)
def in_the_readers_folder(tmp_path, monkeypatch):
    """The page's files, and the data that they name, in the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("LTH_KERAS_CACHE", str(tmp_path / "own"))
    for name, text in BLOCKS.items():
        (tmp_path / name).write_text(text, "utf-8")
    own_data.write_npz(tmp_path / "mine.npz")
    own_data.write_images(tmp_path / "pets", ("",), per_class=8, size=(20, 24), ending="jpg")
    table = own_data.table().rename(columns={"width": "petal_width", "height": "petal_length"})
    table.to_csv(tmp_path / "flowers.csv", index=False)
    table.assign(counted=np.arange(30) % 3).to_parquet(tmp_path / "flowers.parquet")
    yield tmp_path
    sys.modules.pop("my_arrays", None)
    gin.clear_config()


def loaded(name, data_dir=None):
    gin.clear_config()
    gin.parse_config_file(name)
    return Dataset().load(data_dir)


def test_every_gin_file_of_the_page_is_tried():
    assert {name for name in BLOCKS if name.endswith(".gin")} == {
        "archive.gin", "pictures.gin", "table.gin", "weights.gin", "function.gin", "features.gin",
        "text.gin", "on_disk.gin", "crops.gin"}
    assert "```\nDataset." not in PAGE  # Each has a name, and a test below.


def test_arrays_from_python(in_the_readers_folder):
    tickets = runpy.run_path("from_python.py")["tickets"]
    assert tickets.rounds == 2 and 0.5 < tickets[1].val_accuracy <= 1
    again = runpy.run_path("from_python.py")["tickets"]
    assert again.path == tickets.path  # The same run, although the data were shuffled anew.
    assert len(list((in_the_readers_folder / "runs").iterdir())) == 1


def test_an_archive():
    assert loaded("archive.gin").splits == {
        "train": (0, 27), "validation": (27, 30), "test": (30, 39)}


def test_pictures_in_memory_and_on_disk(in_the_readers_folder):
    memory, disk = loaded("pictures.gin"), loaded("on_disk.gin")
    assert memory.images.shape == (24, 16, 16, 3) and memory.size("test") == 6
    assert isinstance(disk.images, RowsOnDisk) and disk.fingerprint == memory.fingerprint
    assert list((in_the_readers_folder / "cache").glob("*/inputs.bin"))


def test_a_table():
    data = loaded("table.gin")
    assert data.images.shape == (30, 2) and data.label_names == own_data.CLASSES


def test_a_table_with_weights():
    data = loaded("weights.gin")
    assert data.images.shape == (30, 3) and sorted(set(data.weights)) == [0, 1, 2]


def test_features_of_a_set(tmp_path):
    import tensorflow_datasets as tfds

    tfds_sets.store(tmp_path, "oxford_iiit_pet", {
        "image": tfds.features.Image(shape=(None, None, 3)),
        "label": tfds.features.ClassLabel(num_classes=37),
        "species": tfds.features.ClassLabel(names=["cat", "dog"]),
    }, lambda i: {"image": np.full((70 + i, 80, 3), i, np.uint8), "label": i, "species": i % 2})
    data = loaded("features.gin", tmp_path)
    assert data.images.shape == (42, 64, 64, 3) and data.label_names == ("cat", "dog")


def test_a_text(tmp_path, monkeypatch):
    monkeypatch.setattr(connectivity, "connects", lambda host, port: False)
    tfds_sets.prepared_reviews(tmp_path, "imdb_reviews", config="plain_text")
    with pytest.raises(ConfigurationError, match="bind Tokens.vocabulary to a smaller number"):
        loaded("text.gin", tmp_path)  # As it is printed, for more text than there is here.
    gin.clear_config()
    gin.parse_config_files_and_bindings(["text.gin"], ["Tokens.vocabulary = 40"])
    data = Dataset().load(tmp_path)
    assert data.images.shape == (42, 256) and list(data.attachments) == ["tokenizer.model"]


def test_a_function():
    data = loaded("function.gin")
    assert data.name == "two_moons" and data.images.shape == (400, 2)
    assert np.ptp(data.images) > 3


def test_crops():
    gin.parse_config_file("crops.gin", skip_unknown=("Experiment",))
    assert RandomResizedCropAndFlip().scale == (0.25, 1.0)
