"""Data sets of TensorFlow Datasets: what is prepared is read, what is not is downloaded."""

import difflib
import pathlib
import re

import numpy as np

from lth_keras.data import connectivity
from lth_keras.data.arrays import checked
from lth_keras.data.embedded import EMBEDDED
from lth_keras.data.loaded_data import RawData
from lth_keras.errors import ConfigurationError

# TFDS's own sets, with a configuration and a version; 'namespace:name' is somebody else's code.
_NAME = re.compile(r"\w+(/[\w.+-]+)?(:(\d+|\*)(\.(\d+|\*)){0,2})?")


class Unavailable(Exception):
    """TFDS knows the set, but it is not on this machine and cannot be fetched: one line on why."""


def load(name, data_dir):
    """Reads a set's train and test splits, after downloading it if need be.

    Other splits of the set are left alone; validation examples come out of its train split.

    Args:
      name: TFDS's name for it: 'mnist', 'cifar10_corrupted/fog_2', 'mnist:3.0.1'.
      data_dir: TFDS's data directory, or None for TFDS's default.

    Returns:
      `RawData`.

    Raises:
      ConfigurationError: TFDS does not know it, or its features or splits are of another kind.
      Unavailable: it is neither prepared nor to be had.
    """
    builder = _builder(name, data_dir)
    prepared = _prepared(builder, asks_version=":" in name)
    if prepared is None:
        _feature_names(builder.info, name)  # not after a download of gigabytes
        _download(builder, name)
        prepared = builder
    return _read(prepared, name)


def _builder(name, data_dir):
    """TFDS's builder by that name. Never touches the network."""
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"Dataset.name is {name!r:.200}; expected a name of TensorFlow Datasets' own sets, "
            "like 'mnist', 'mnist:3.0.1' or 'cifar10_corrupted/fog_2': a name with a namespace "
            "would have code downloaded and run"
        )
    import tensorflow_datasets as tfds

    try:
        return tfds.builder(name, data_dir=data_dir)
    except tfds.core.DatasetNotFoundError as error:
        known = [*EMBEDDED, *tfds.list_builders(with_community_datasets=False)]
        close = difflib.get_close_matches(name, known, n=3)
        did_you_mean = f"did you mean {' or '.join(map(repr, close))}?" if close else (
            f"expected {' or '.join(map(repr, EMBEDDED))} or a name that TensorFlow Datasets lists"
        )
        raise ConfigurationError(
            f"Dataset.name is {name!r}, which TensorFlow Datasets does not know; {did_you_mean}"
        ) from error
    # TFDS asserts that a version exists, and imports what some namespaces need.
    # A damaged dataset_info.json raises whatever its parser does.
    except Exception as error:
        raise ConfigurationError(
            f"Dataset.name is {name!r}, which TensorFlow Datasets refuses ({_line(error)}); "
            "expected a name like 'mnist', 'mnist:3.0.1' or 'cifar10_corrupted/fog_2'"
        ) from error


def _prepared(builder, asks_version):
    """The builder of the version that is on disk, the newest first, or None."""
    import tensorflow_datasets as tfds

    folder = pathlib.Path(builder.data_path)
    # TFDS warns about a folder that is not there, which is no news to anybody.
    try:
        if folder.is_dir() and builder.is_prepared():
            return builder
    except Exception as error:  # Whatever the parser of its dataset_info.json raises.
        raise ConfigurationError(
            f"{folder} cannot be read ({_line(error)}): delete that folder and prepare it again"
        ) from error
    if asks_version or not folder.parent.is_dir():
        return None
    versions = [
        child for child in folder.parent.iterdir()
        if tfds.core.Version.is_valid(child.name) and (child / "dataset_info.json").is_file()
    ]
    if not versions:
        return None
    newest = max(versions, key=lambda child: tfds.core.Version(child.name))
    # TFDS refuses to build an older version from its code, and reads it without.
    try:
        return tfds.builder_from_directory(newest)
    except Exception as error:  # Whatever the parser of its dataset_info.json raises.
        raise ConfigurationError(
            f"{newest} cannot be read ({_line(error)}): delete that folder and prepare it again"
        ) from error


def _download(builder, name):
    import tensorflow_datasets as tfds

    absent = f"'{name}' is not prepared in {builder.data_path}"
    host = connectivity.unreachable_host(builder.url_infos)
    if host is not None:
        raise Unavailable(f"{absent} and {host} cannot be reached")
    # The hosts just checked are all that it may need, hence nothing from TFDS's own bucket.
    config = tfds.download.DownloadConfig(try_download_gcs=False)
    try:
        builder.download_and_prepare(download_config=config)
    # Whatever a set's own code raises: a server's refusal, a full disk, files to fetch by hand.
    except Exception as error:
        raise Unavailable(f"{absent} and preparing it failed: {_line(error)}") from error


def _read(builder, name):
    import tensorflow_datasets as tfds

    image, label = _feature_names(builder.info, name)
    lacking = {"train", "test"} - set(builder.info.splits)
    if lacking:
        raise ConfigurationError(
            f"'{name}' has the splits {sorted(builder.info.splits)}; expected 'train' and 'test'"
        )
    train, test = (_read_split(builder, split, image, label) for split in ("train", "test"))
    feature = builder.info.features[label]
    is_class = isinstance(feature, tfds.features.ClassLabel) and feature.num_classes
    return checked(RawData(
        name, *train, *test,
        num_classes=feature.num_classes if is_class else None,
        label_names=tuple(feature.names) if is_class and feature.names else None,
    ))


def _read_split(builder, split, image, label):
    """(images, labels) of a split, in the order in which they were prepared."""
    import tensorflow_datasets as tfds

    from lth_keras.compat import tf

    stored = builder.info.splits[split].num_examples
    try:
        examples = builder.as_dataset(
            split=split, shuffle_files=False, read_config=tfds.ReadConfig(try_autocache=False)
        )
        # One batch of all, and only of what is used: other features may be many times larger.
        pairs = examples.map(lambda example: (example[image], example[label]), tf.data.AUTOTUNE)
        images, labels = tfds.as_numpy(pairs.batch(stored).get_single_element())
    # Truncated records, features of another form: each library has errors of its own.
    except Exception as error:
        raise ConfigurationError(
            f"the {split} split in {builder.data_path} cannot be read ({_line(error)}); expected "
            f"{stored} whole examples: delete that folder and prepare it again"
        ) from error
    if len(images) != stored:
        raise ConfigurationError(
            f"the {split} split in {builder.data_path} has {len(images)} examples; expected "
            f"{stored}: delete that folder and prepare it again"
        )
    return images, labels


def _feature_names(info, name):
    """The names of the image (or vector) and of the label: the set's own word, or by their kind."""
    features = info.features
    images = [key for key in features or () if _is_image(features[key])]
    labels = [key for key in features or () if _is_label(features[key])]
    keys = info.supervised_keys
    if keys and len(keys) == 2 and keys[0] in images and keys[1] in labels:
        return keys
    if len(images) == 1 and len(labels) == 1:
        return images[0], labels[0]
    kinds = {key: type(features[key]).__name__ for key in features or ()}
    raise ConfigurationError(
        f"'{name}' has the features {kinds}; expected one image or vector of a fixed shape and "
        "one integer label: choose a classification set, or use lth_keras.data.from_arrays"
    )


def _is_image(feature):
    import tensorflow_datasets as tfds

    kinds = (tfds.features.Image, tfds.features.Tensor)
    shape = feature.shape if isinstance(feature, kinds) else None
    if not shape or None in shape or isinstance(feature, tfds.features.Text):
        return False
    return np.dtype(feature.np_dtype).kind in "uif"


def _is_label(feature):
    import tensorflow_datasets as tfds

    if not isinstance(feature, tfds.features.Tensor) or feature.shape != ():
        return False
    return np.dtype(feature.np_dtype).kind in "ui"


def _line(error):
    """An error of somebody else's as part of one line."""
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {first[:200]}"
