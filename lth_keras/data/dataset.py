"""`Dataset`, the data source of gin files: a set by name, its splits and normalisation."""

import dataclasses
import functools
import os
import pathlib
from collections.abc import Callable

import gin

from lth_keras.data import binding_checks as check
from lth_keras.data import splits
from lth_keras.data.assemble import assemble
from lth_keras.data.data_source import DataSource
from lth_keras.data.embedded import EMBEDDED
from lth_keras.data.sources.open_data import raw_data
from lth_keras.data.sources.tfds_download import Unavailable
from lth_keras.data.sources.tokens import Tokens
from lth_keras.errors import ConfigurationError

# The choice for smoke tests is the same in every experiment, whatever its validation seed.
_SUBSET_SEED = 0
# Attributes that change no number.
_NOT_NUMBERS = ("source", "storage", "cache_dir")


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Dataset(DataSource):
    """A data set by name: of TFDS, embedded, in the user's files, or made by a function.

    Attributes:
      name: a TFDS name ('mnist', 'cifar10'); an embedded set such as 'mnist_5k' or 'mnist1d';
        'npz:FILE' with x_train, y_train and so on; 'images:FOLDER' with a folder for each class,
        or train/, validation/ and test/ above them; 'csv:FILE' or 'parquet:FILE'; with a `source`,
        the name in records.
      validation: a share (0 < float < 1) or a count (int) of the training examples, held out
        stratified by label; 0 holds out none. With a `fallback`, which may be smaller, give a
        share. If the data have a validation split, that one is used.
      validation_seed: of that choice.
      mean: subtracted after uint8 is scaled to [0, 1]; a scalar, or one per channel.
      std: divided by; a scalar, or one per channel.
      fallback: the embedded set to use if the data cannot be loaded; None makes that an error.
      train_examples: use only so many, a fixed stratified choice: for smoke tests.
      test_examples: the same of the test split.
      device_limit_mb: a set larger than this is streamed and not kept on the device.
      input: the feature of a TFDS set, or the columns of a table, that the network sees; None
        finds the one feature of that kind, or takes all columns but the label's.
      label: the feature or the column to predict; a table needs it.
      test: a share or a count of the examples to hold out as the test split, for data without
        one; an embedded set has one.
      image_size: (height, width) to scale pictures to; None if all have one size.
      channels: of 'images:FOLDER', 3 for colour or 1 for grey.
      text: `Tokens`, where the input is a text of TFDS.
      source: a function without arguments that returns the arrays: a dict with x_train, y_train,
        x_test, y_test, or ((x_train, y_train), (x_test, y_test)).
      storage: 'memory', or 'disk' for sets that do not fit into it: decoded once into
        `cache_dir`, and read from there by index. The numbers are the same.
      cache_dir: folder of decoded examples; None is LTH_KERAS_CACHE, else ~/.cache/lth_keras.
      weight: the column of a table that says what each example counts for in loss and metrics,
        numbers of at least 0; None for 1 each. Other sources have arrays for it: w_train, w_test.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    name: str
    validation: float | int = 0
    validation_seed: int = 0
    mean: float | tuple = 0.0
    std: float | tuple = 1.0
    fallback: str | None = None
    train_examples: int | None = None
    test_examples: int | None = None
    device_limit_mb: int = 4096
    input: str | tuple | None = None
    label: str | None = None
    test: float | int | None = None
    image_size: tuple | None = None
    channels: int = 3
    text: Tokens | None = None
    source: Callable | None = None
    storage: str = "memory"
    cache_dir: str | None = None
    weight: str | None = None

    def __post_init__(self):
        check.check_bindings(self)

    def get_config(self):
        """The part of a run's identity that is not in the fingerprint of the data.

        The later attributes are left out where they have their defaults, so that names of runs stay
        the same. So is the place of files: their content is in the fingerprint.
        """
        described = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        for field in dataclasses.fields(self)[9:]:
            if field.name in _NOT_NUMBERS or described[field.name] == field.default:
                del described[field.name]
        if "text" in described:
            described["text"] = dataclasses.asdict(self.text)
        scheme = check.scheme_of(self.name)
        if scheme is not None:
            described["name"] = scheme
        return {key: list(value) if isinstance(value, tuple) else value
                for key, value in described.items()}

    def load(self, data_dir=None, task=None):
        """The data: embedded, else prepared, else downloaded, else the fallback.

        Args:
          data_dir: TFDS's data directory; without it the environment's TFDS_DATA_DIR, else
            TFDS's default.
          task: the `Task` that the labels are for; None is `Classification()`.

        Returns:
          `LoadedData`. Print `fallback_warning` of it where its `is_fallback` is true.

        Raises:
          ConfigurationError: the data cannot be loaded and no fallback is named; TFDS does not know
            them; or they do not fit this configuration.
        """
        data_dir = _existing_data_dir(data_dir)
        reason = None
        if self.name in EMBEDDED and self.source is None and self.storage == "memory":
            raw = EMBEDDED[self.name]()
        else:
            try:
                raw = raw_data(self, data_dir, task)
            except Unavailable as error:
                reason = str(error)
                raw = self._fall_back(reason)
        return self._assembled(raw, task, reason)

    def load_fallback(self, reason, task=None):
        """The fallback's data, whether or not those that were asked for are there now.

        Args:
          reason: why they were not, in a run that was trained on the fallback.
          task: as `load`'s.
        """
        return self._assembled(self._fall_back(reason), task, reason)

    def _assembled(self, raw, task, reason):
        return assemble(
            raw, self.validation, self.validation_seed, self.mean, self.std, task,
            functools.partial(self._subset, raw.name),
            requested=self.name, fallback_reason=reason, device_limit_mb=self.device_limit_mb,
        )

    def _fall_back(self, reason):
        if self.fallback is None:
            raise ConfigurationError(
                f"{reason}; expected the data or a network: prepare the data where there is one, "
                f"with tfds.builder({self.name!r}, data_dir=DIR).download_and_prepare(), and give "
                "--data_dir=DIR here, or set Dataset.fallback = 'mnist_5k'"
            )
        return EMBEDDED[self.fallback]()

    def _subset(self, name, split, strata):
        """Positions of the examples to use of 'train' or 'test', stratified."""
        count = getattr(self, f"{split}_examples")
        if count is None:
            return slice(None)
        if count > len(strata):
            raise ConfigurationError(
                f"Dataset.{split}_examples is {count}; expected at most the {len(strata)} that "
                f"'{name}' has, or None for all"
            )
        return splits.stratified_choice(strata, count, _SUBSET_SEED)


def _existing_data_dir(data_dir):
    """`data_dir`, or the environment's, as a string; None leaves it to TFDS.

    TFDS itself reads the environment only once, when it is imported.
    """
    source = "--data_dir" if data_dir is not None else "TFDS_DATA_DIR"
    data_dir = data_dir if data_dir is not None else os.environ.get("TFDS_DATA_DIR")
    if not data_dir:
        return None
    folder = pathlib.Path(data_dir).expanduser()
    if not folder.is_dir():
        raise ConfigurationError(
            f"{source} is {str(data_dir)!r}, which is no folder; expected a data directory of "
            "TensorFlow Datasets, the one that holds mnist/3.0.1/ and so on: create it or name "
            "another"
        )
    return str(folder)
