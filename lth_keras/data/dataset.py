"""The experiment's `Dataset`: which data, how they are split and normalised, where from."""

import dataclasses
import functools
import os
import pathlib

import gin

from lth_keras.data import splits, tfds_source
from lth_keras.data.embedded import EMBEDDED
from lth_keras.data.loaded_data import assemble, check_normalisation
from lth_keras.errors import ConfigurationError

# The choice for smoke tests is the same in every experiment, whatever its validation seed.
_SUBSET_SEED = 0


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Dataset:
    """A data set by name: any of TFDS with images or vectors and integer labels, or embedded.

    Attributes:
      name: a TFDS name ('mnist', 'cifar10'), 'mnist_5k', 'mnist_5k_tokens'
        or 'mnist1d'.
      validation: a share (0 < float < 1) or a count (int) of the training examples, held out
        stratified by label; 0 holds out none. Beside a `fallback`, which may be smaller, give
        a share.
      validation_seed: of that choice.
      mean: subtracted after uint8 is scaled to [0, 1]; a scalar, or one per channel.
      std: divided by; a scalar, or one per channel.
      fallback: the embedded set to use where the data cannot be had; None makes that an error.
      train_examples: use only so many, a fixed stratified choice: for smoke tests.
      test_examples: the same of the test split.
      device_limit_mb: a set larger than this is streamed and not kept on the device.

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

    def __post_init__(self):
        if not isinstance(self.name, str) or not self.name:
            raise ConfigurationError(
                f"Dataset.name is {self.name!r}; expected {', '.join(map(repr, EMBEDDED))} or a "
                "name of TensorFlow Datasets such as 'mnist'"
            )
        if self.fallback is not None and self.fallback not in EMBEDDED:
            raise ConfigurationError(
                f"Dataset.fallback is {self.fallback!r}; expected an embedded set, "
                f"{' or '.join(map(repr, EMBEDDED))}, or None"
            )
        splits.check_validation(self.validation)
        check_normalisation(self.mean, self.std)
        self._check_integer("validation_seed", 0, 2**32 - 1)
        self._check_integer("device_limit_mb", 0)
        for parameter in ("train_examples", "test_examples"):
            if getattr(self, parameter) is not None:
                self._check_integer(parameter, 1)

    def load(self, data_dir=None, task=None):
        """The data, in memory: embedded, else prepared, else downloaded, else the fallback.

        Args:
          data_dir: TFDS's data directory; without it the environment's TFDS_DATA_DIR, else
            TFDS's default.
          task: the `Task` that the labels are for; None is `Classification()`.

        Returns:
          `LoadedData`. Print `fallback_warning` of it where its `is_fallback` is true.

        Raises:
          ConfigurationError: the data cannot be had and no fallback is named; TFDS does not
            know them; or they do not fit this configuration.
        """
        data_dir = _existing_data_dir(data_dir)
        reason = None
        if self.name in EMBEDDED:
            raw = EMBEDDED[self.name]()
        else:
            try:
                raw = tfds_source.load(self.name, data_dir)
            except tfds_source.Unavailable as error:
                reason = str(error)
                raw = self._fall_back(reason)
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

    def _check_integer(self, parameter, least, most=None):
        value = getattr(self, parameter)
        is_integer = isinstance(value, int) and not isinstance(value, bool)
        if not is_integer or value < least or (most is not None and value > most):
            bound = f" and at most {most}" if most is not None else ""
            raise ConfigurationError(
                f"Dataset.{parameter} is {value!r}; expected an integer of at least {least}{bound}"
            )


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
