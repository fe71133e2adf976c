"""The cache of decoded examples: whole or made again; one writer, many readers; enough room."""

import collections
import concurrent.futures
import os
import shutil
import time

import numpy as np
import pytest
from rich.console import Console

from lth_keras.data import Dataset, disk_cache
from lth_keras.data.rows_on_disk import RowsOnDisk
from lth_keras.data.sources.opened_source import OpenedSource
from lth_keras.errors import ConfigurationError
from tests.data import own_data


class Counted:
    """A source of 20 numbered examples in parts of 5 that counts how often it is read."""

    def __init__(self, fails_at=None, key="a"):
        self.reads, self._fails_at = 0, fails_at
        self.source = OpenedSource("counted", {"train": 15, "test": 5}, self.read, lambda: key)

    def read(self, split):
        self.reads += 1
        start = 0 if split == "train" else 15
        for first in range(start, start + {"train": 15, "test": 5}[split], 5):
            if first == self._fails_at:
                raise ConfigurationError("damaged")
            yield np.arange(first, first + 5)[:, None] * np.ones(3, np.float32), np.arange(5)


def unchanged(split, inputs):
    return inputs.astype(np.float32)


def test_it_is_made_once_and_read_by_index(tmp_path):
    counted, cache = Counted(), disk_cache.DiskCache(tmp_path / "new" / "cache")
    entry = cache.entry(counted.source, {}, unchanged)
    again = cache.entry(counted.source, {}, unchanged)
    assert counted.reads == 2 and entry.place == again.place  # Once for each split.
    assert again.inputs["test"][[4, 0]].tolist() == [[19.0] * 3, [15.0] * 3]
    assert again.labels["train"].tolist() == [0, 1, 2, 3, 4] * 3
    assert cache.entry(counted.source, {"image_size": 4}, unchanged).place != entry.place
    assert cache.entry(Counted(key="b").source, {}, unchanged).place != entry.place


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [
    lambda place: (place / "about.json").unlink(),
    lambda place: os.truncate(place / "inputs.bin", 50),
    lambda place: flip_a_bit(place / "inputs.bin"),
    lambda place: (place / "labels.npz").unlink(),
    lambda place: (place / "about.json").write_text("{}"),
    lambda place: place.rename(place.with_name(place.name + ".partial")),
], ids=["no list of contents", "cut off", "a bit", "no labels", "altered",
        "killed while it was made"])
def test_what_is_not_whole_is_made_again(tmp_path, damage):
    counted, cache = Counted(), disk_cache.DiskCache(tmp_path)
    damage(cache.entry(counted.source, {}, unchanged).place)
    entry = cache.entry(counted.source, {}, unchanged)
    assert counted.reads == 4
    assert entry.inputs["train"][:].tolist() == [[float(i)] * 3 for i in range(15)]
    assert not list(tmp_path.glob("*.partial"))


def test_an_error_leaves_nothing(tmp_path):
    cache = disk_cache.DiskCache(tmp_path)
    with pytest.raises(ConfigurationError, match="damaged"):
        cache.entry(Counted(fails_at=10).source, {}, unchanged)
    assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]


def test_the_size_is_said_and_the_room_checked_beforehand(tmp_path, monkeypatch, capsys):
    cache = disk_cache.DiskCache(tmp_path, Console(stderr=True, width=200))
    cache.entry(Counted().source, {}, unchanged)
    said = capsys.readouterr().err
    assert "counted: 20 examples are decoded once into" in said and "1 MB;" in said
    usage = collections.namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(2**40, 2**40, 10**6))
    with pytest.raises(ConfigurationError, match="takes 1 MB on disk and 1 MB are free") as caught:
        cache.entry(Counted(key="b").source, {}, unchanged)
    assert "Dataset.cache_dir" in str(caught.value)
    assert not list(tmp_path.glob("*.partial"))


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    cache = disk_cache.DiskCache(tmp_path / "file" / "cache")
    with pytest.raises(ConfigurationError, match="bind Dataset.cache_dir to another folder"):
        cache.entry(Counted().source, {}, unchanged)


def _slow(folder, log):
    class Slow(Counted):
        def read(self, split):
            with open(log, "a") as file:
                file.write(f"{split}\n")
            time.sleep(0.3)
            yield from super().read(split)

    entry = disk_cache.DiskCache(folder).entry(Slow().source, {}, unchanged)
    return entry.inputs["train"][:].sum()


def test_of_several_writers_one_writes(tmp_path):
    # The lock belongs to the open file, so that threads can stand for processes.
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        sums = list(pool.map(_slow, [tmp_path / "cache"] * 3, [tmp_path / "log"] * 3))
    assert sums == [315.0] * 3
    assert (tmp_path / "log").read_text() == "train\ntest\n"


def test_the_fingerprint_of_the_rows_is_noted_beside_them(tmp_path, monkeypatch):
    path = own_data.write_npz(tmp_path / "mine.npz")
    dataset = Dataset(f"npz:{path}", storage="disk", cache_dir=str(tmp_path / "cache"),
                      validation=0.1)
    first = dataset.load().fingerprint

    def forbidden(self):
        raise AssertionError("read again")

    monkeypatch.setattr(RowsOnDisk, "parts", forbidden)
    assert dataset.load().fingerprint == first
    monkeypatch.undo()
    other = Dataset(f"npz:{path}", storage="disk", cache_dir=str(tmp_path / "cache"),
                    validation=0.1, validation_seed=1)
    assert other.load().fingerprint != first
    assert len(list((tmp_path / "cache").glob("*/inputs.bin"))) == 1
