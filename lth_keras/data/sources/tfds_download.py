"""Data sets of TensorFlow Datasets: reads prepared sets, and downloads others first."""

import difflib
import pathlib
import re

from lth_keras.data import connectivity
from lth_keras.data.embedded import EMBEDDED
from lth_keras.data.sources.tfds_set import check_features, feature_names, open_prepared
from lth_keras.errors import ConfigurationError

# Names of TFDS's own sets, with a configuration and a version; 'namespace:name' would run code of
# somebody else.
_NAME = re.compile(r"\w+(/[\w.+-]+)?(:(\d+|\*)(\.(\d+|\*)){0,2})?")


class Unavailable(Exception):
    """TFDS knows the set, but it is not here and cannot be downloaded; the message says why."""


def open_set(name, data_dir, index, names=(None, None), image_size=None, text=None):
    """The `OpenedSource` of a set's train and test splits, after downloading it if need be.

    Args:
      name: TFDS's name for it: 'mnist', 'cifar10_corrupted/fog_2', 'mnist:3.0.1'.
      data_dir: TFDS's data directory, or None for TFDS's default.
      index: `ContentIndex`.
      names: of the features (input, label); None chooses by kind.
      image_size: (height, width) to bring pictures to, or None.
      text: `Tokens`, where the input is text.

    Raises:
      ConfigurationError: TFDS does not know it, or its features or splits are of another kind.
      Unavailable: it is not prepared and cannot be downloaded.
    """
    builder = _builder(name, data_dir)
    prepared = _prepared(builder, asks_version=":" in name)
    # These checks come before a download of gigabytes.
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
    # TFDS asserts that a version exists, and some namespaces need further imports.
    # The parser of a damaged dataset_info.json may raise anything.
    except Exception as error:
        folder = _prepared_folder(name, data_dir)
        if folder is not None:
            raise ConfigurationError(
                f"what is prepared in {folder} cannot be read ({_line(error)}): delete it and "
                "prepare it again"
            ) from error
        raise ConfigurationError(
            f"Dataset.name is {name!r}, which TensorFlow Datasets refuses ({_line(error)}); "
            "expected a name like 'mnist', 'mnist:3.0.1' or 'cifar10_corrupted/fog_2'"
        ) from error


def _prepared_folder(name, data_dir):
    """The folder of a set, where TFDS refuses what is in it; None where it refuses the name."""
    import tensorflow_datasets as tfds

    root = pathlib.Path(data_dir or tfds.core.constants.DATA_DIR).expanduser()
    folder = root / re.split("[/:]", name)[0]
    if not folder.is_dir():
        return None
    try:
        # As if nothing were prepared.
        tfds.builder(name, data_dir=folder / "nothing")
    except tfds.core.DatasetNotFoundError:
        pass  # A set without code in TFDS: it was read from the folder.
    except Exception:  # noqa: BLE001 - as above, for a version or a configuration.
        return None
    return folder


def _prepared(builder, asks_version):
    """The builder of the version that is on disk, the newest first, or None."""
    import tensorflow_datasets as tfds

    folder = pathlib.Path(builder.data_path)
    # TFDS warns about a missing folder, which is the normal case here.
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
    # TFDS does not build an older version from its code, but reads it without the code.
    try:
        return tfds.builder_from_directory(newest)
    except Exception as error:  # Whatever the parser of its dataset_info.json raises.
        raise ConfigurationError(
            f"{newest} cannot be read ({_line(error)}): delete that folder and prepare it again"
        ) from error


def _download(builder, name):
    import tensorflow_datasets as tfds

    absent = f"'{name}' is not prepared in {_from_home(builder.data_path)}"
    host = connectivity.unreachable_host(builder.url_infos)
    if host is not None:
        raise Unavailable(f"{absent} and {host} cannot be reached")
    # Only the hosts that were just checked may be needed, so TFDS's own bucket is not asked.
    config = tfds.download.DownloadConfig(try_download_gcs=False)
    try:
        builder.download_and_prepare(download_config=config)
    # A set's own code may raise anything: a server refuses, the disk is full, files are missing.
    except Exception as error:
        raise Unavailable(f"{absent} and preparing it failed: {_line(error)}") from error


def _from_home(folder):
    """The folder as '~/…' where it lies in the user's home: the text is shown in reports."""
    folder, home = pathlib.Path(folder), pathlib.Path.home()
    return f"~/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder)


def _line(error):
    """The text of another library's error, on one line."""
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {first[:200]}"
