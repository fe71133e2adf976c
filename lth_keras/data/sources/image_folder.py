"""'images:FOLDER': a folder for each class, or train/, validation/ and test/ above them."""

import concurrent.futures
import os
import pathlib

import numpy as np

from lth_keras.data.sources.content import of_files
from lth_keras.data.sources.opened_source import OpenedSource, part_rows
from lth_keras.data.sources.pictures import UnreadablePicture, decoded
from lth_keras.errors import ConfigurationError

_ENDINGS = {".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"}
# Allowed names of a split's folder.
_SPLIT_FOLDERS = {"train": ("train",), "validation": ("validation", "val", "valid"),
                  "test": ("test",)}
_LAYOUT = "FOLDER/CLASS/picture.jpg, or FOLDER/train/CLASS/… and FOLDER/test/CLASS/…"


def open_images(folder, index, size=None, channels=3):
    """The `OpenedSource` of a folder of pictures; labels are the classes' places in the alphabet.

    Files whose names begin with a point or lack the ending of a picture are left out.

    Args:
      folder: its path.
      index: `ContentIndex`.
      size: (height, width) to bring all to; None where all have one size.
      channels: 1 for grey, 3 for colour.

    Raises:
      ConfigurationError: there is no such folder, or it has another layout.
    """
    root = pathlib.Path(folder).expanduser()
    name = f"images:{root.name}"
    if not root.is_dir():
        raise ConfigurationError(
            f"Dataset.name is 'images:{root}', and there is no such folder; expected {_LAYOUT}")
    places = _split_folders(root)
    classes = _folders(places["train"])
    if not classes:
        raise ConfigurationError(
            f"'{name}' has no folder of a class in {places['train']}; expected {_LAYOUT}")
    listed = {split: _listed(name, place, classes) for split, place in places.items()}

    def read(split):
        paths, labels = listed[split]
        return _read(name, paths, labels, size, channels)

    return OpenedSource(
        name, {split: len(paths) for split, (paths, _) in listed.items()}, read,
        content=lambda: of_files(
            root, [path for paths, _ in listed.values() for path in paths], index),
        num_classes=len(classes), label_names=tuple(classes),
        labels={split: labels for split, (_, labels) in listed.items()},
        text_label=f"the labels of '{name}' are its folders' names, such as {classes[0]!r}",
    )


def _split_folders(root):
    """{split: the folder that holds its classes}; with a single split the root itself."""
    folders = {}
    for split, names in _SPLIT_FOLDERS.items():
        there = [root / each for each in names if (root / each).is_dir()]
        if there:
            folders[split] = there[0]
    # A class may have the name 'test': there are folders of splits only if one is for training.
    return folders if "train" in folders else {"train": root}


def _folders(place):
    return sorted(each.name for each in os.scandir(place)
                  if each.is_dir() and not each.name.startswith("."))


def _listed(name, place, classes):
    """(paths, labels) of a split, class by class, each in the order of its files' names."""
    strange = [each for each in _folders(place) if each not in classes]
    if strange:
        raise ConfigurationError(
            f"'{name}' has the class {strange[0]!r} in {place.name}/ and not in train/; expected "
            "classes that are in train/: rename or remove that folder"
        )
    paths, labels = [], []
    for label, each in enumerate(classes):
        pictures = _pictures(place / each) if (place / each).is_dir() else []
        if not pictures and place.name not in _SPLIT_FOLDERS["validation"] + ("test",):
            raise ConfigurationError(
                f"'{name}' has no picture in {place / each}; expected files that end in "
                f"{', '.join(sorted(_ENDINGS))}: add some, or remove that folder"
            )
        paths += pictures
        labels += [label] * len(pictures)
    if not paths:
        raise ConfigurationError(
            f"'{name}' has no picture in {place}; expected {_LAYOUT}")
    return paths, np.asarray(labels, np.int32)


def _pictures(folder):
    below = [pathlib.Path(above, file) for above, _, files in os.walk(folder) for file in files]
    return sorted(path for path in below
                  if path.suffix.lower() in _ENDINGS and not path.name.startswith("."))


def _read(name, paths, labels, size, channels):
    def one(path):
        try:
            return decoded(path, size, channels)
        except UnreadablePicture as error:
            return error

    first = _whole(name, paths[0], one(paths[0]))
    rows = min(256, part_rows(first.shape, first.dtype))
    with concurrent.futures.ThreadPoolExecutor() as pool:  # Pillow releases Python's lock while it
    # decodes.
        for start in range(0, len(paths), rows):
            part = paths[start : start + rows]
            made = np.empty((len(part), *first.shape), np.uint8)
            for place, (path, picture) in enumerate(zip(part, pool.map(one, part), strict=True)):
                made[place] = _same(name, paths[0], first, path, _whole(name, path, picture))
            yield made, labels[start : start + rows]


def _whole(name, path, picture):
    if isinstance(picture, UnreadablePicture):
        raise ConfigurationError(
            f"'{name}' has {_short(path)}, which is no whole picture ({picture}); expected one "
            "that Pillow opens: mend or remove that file"
        ) from picture
    return picture


def _same(name, first_path, first, path, picture):
    if picture.shape != first.shape:
        raise ConfigurationError(
            f"'{name}' has pictures of unequal sizes: {_short(first_path)} is {first.shape[:2]} "
            f"and {_short(path)} is {picture.shape[:2]} (height, width); bind "
            "Dataset.image_size = (64, 64), or another size to bring all to"
        )
    return picture


def _short(path):
    """The last three parts of a path, for a message of one line."""
    return "/".join(path.parts[-3:])[-80:]
