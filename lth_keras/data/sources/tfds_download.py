"""Data sets of TensorFlow Datasets: what is prepared is read, what is not is downloaded."""

import difflib
import pathlib
import re

from lth_keras.data import connectivity
from lth_keras.data.embedded import EMBEDDED
from lth_keras.data.sources.tfds_set import check_features, feature_names, open_prepared
from lth_keras.errors import ConfigurationError

# TFDS's own sets, with a configuration and a version; 'namespace:name' is somebody else's code.
_NAME = re.compile(r"\w+(/[\w.+-]+)?(:(\d+|\*)(\.(\d+|\*)){0,2})?")


class Unavailable(Exception):
    """TFDS knows the set, but it is not on this machine and cannot be fetched: one line on why."""


def open_set(name, data_dir, index, names=(None, None), image_size=None, text=None):
    """The `OpenedSource` of a set's train and test splits, after downloading it if need be.

    Args:
      name: TFDS's name for it: 'mnist', 'cifar10_corrupted/fog_2', 'mnist:3.0.1'.
      data_dir: TFDS's data directory, or None for TFDS's default.
      index: `ContentIndex`.
      names: names of the features (input, label); None where they are to be found.
      image_size: (height, width) to bring pictures to, or None.
      text: `Tokens`, where the input is text.

    Raises:
      ConfigurationError: TFDS does not know it, or its features or splits are of another kind.
      Unavailable: it is neither prepared nor to be had.
    """
    builder = _builder(name, data_dir)
    prepared = _prepared(builder, asks_version=":" in name)
    # Before a download of gigabytes.
    info = (prepared or builder).info
    features = feature_names(info, name, names, text)
    check_features(info, name, features, image_size, text)
    if prepared is None:
        _download(builder, name)
        prepared = builder
    return open_prepared(prepared, name, index, features, image_size)


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


def _line(error):
    """An error of somebody else's as part of one line."""
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {first[:200]}"
