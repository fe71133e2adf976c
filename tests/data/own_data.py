"""Small data of one's own in every form, for tests: three classes, 4×4 images or four numbers."""

import numpy as np

from lth_keras.data import Dataset
from lth_keras.data.rows_on_disk import RowsOnDisk

CLASSES = ("cat", "dog", "owl")


def arrays(train=30, test=9, validation=None, shape=(4, 4, 3), dtype=np.uint8):
    """{'x_train': …}: noise, with labels 0, 1, 2, 0, 1, …"""
    random = np.random.RandomState(0)
    made = {}
    for split, count in (("train", train), ("test", test), ("validation", validation)):
        if count:
            values = random.randint(0, 256, (count, *shape))
            made[f"x_{split}"] = values.astype(dtype)
            made[f"y_{split}"] = np.arange(count) % len(CLASSES)
    return made


def write_npz(path, **changes):
    """Writes `arrays()` as an archive; `changes` replaces arrays, and None leaves one out."""
    made = {**arrays(), **changes}
    np.savez(path, **{key: each for key, each in made.items() if each is not None})
    return path


def write_images(folder, splits=("train", "test"), per_class=4, size=(5, 5), ending="png"):
    """A folder of pictures; returns {split: [per class [per picture, uint8 array]]}."""
    from PIL import Image

    random = np.random.RandomState(0)
    made = {}
    for split in splits:
        made[split] = []
        for name in CLASSES:
            place = folder / split / name
            place.mkdir(parents=True, exist_ok=True)
            pictures = random.randint(0, 256, (per_class, *size, 3)).astype(np.uint8)
            for number, picture in enumerate(pictures):
                Image.fromarray(picture).save(place / f"{number}.{ending}")
            made[split].append(pictures)
    return made


def table(rows=30, seed=0):
    """A pandas table of three columns of numbers and one of text."""
    import pandas

    random = np.random.RandomState(seed)
    return pandas.DataFrame({
        "width": random.randn(rows), "height": random.randint(0, 9, rows),
        "young": random.rand(rows) < 0.5,
        "species": [CLASSES[row % 3] for row in range(rows)],
    })


def from_both_storages(name, **bindings):
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
