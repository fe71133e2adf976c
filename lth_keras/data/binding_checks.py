"""Checks a `Dataset`'s bindings before any data are read."""

from lth_keras.data import splits
from lth_keras.data.assemble import check_normalisation
from lth_keras.data.embedded import EMBEDDED
from lth_keras.data.sources.pictures import check_size
from lth_keras.data.sources.tokens import Tokens
from lth_keras.errors import ConfigurationError

SCHEMES = ("npz", "images", "csv", "parquet")
STORAGES = ("memory", "disk")


def scheme_of(name):
    """'npz' of 'npz:FILE' and so on; None of any other name, such as TFDS's 'mnist:3.0.1'."""
    scheme, colon, _ = name.partition(":")
    return scheme if colon and scheme in SCHEMES else None


def check_bindings(dataset):
    """Checks each binding of a `Dataset` by itself, and those that exclude each other.

    Raises:
      ConfigurationError: a value is not what the attribute takes.
    """
    if not isinstance(dataset.name, str) or not dataset.name:
        raise ConfigurationError(
            f"Dataset.name is {dataset.name!r}; expected 'mnist_5k', 'mnist1d', a name of "
            "TensorFlow Datasets such as 'mnist', or 'npz:FILE', 'images:FOLDER', 'csv:FILE', "
            "'parquet:FILE'"
        )
    if dataset.fallback is not None and dataset.fallback not in EMBEDDED:
        raise ConfigurationError(
            f"Dataset.fallback is {dataset.fallback!r}; expected an embedded set, "
            f"{' or '.join(map(repr, EMBEDDED))}, or None"
        )
    splits.check_validation(dataset.validation, "Dataset.validation")
    if dataset.test is not None:
        splits.check_validation(dataset.test, "Dataset.test")
    check_normalisation(dataset.mean, dataset.std)
    check_size(dataset.image_size)
    _check_integer(dataset, "validation_seed", 0, 2**32 - 1)
    _check_integer(dataset, "device_limit_mb", 0)
    for parameter in ("train_examples", "test_examples"):
        if getattr(dataset, parameter) is not None:
            _check_integer(dataset, parameter, 1)
    _check_choice(dataset, "storage", STORAGES)
    _check_choice(dataset, "channels", (1, 3))
    _check_names(dataset)
    _check_parts(dataset)


def _check_names(dataset):
    label, inputs, weight = dataset.label, dataset.input, dataset.weight
    for parameter, value in (("label", label), ("weight", weight)):
        if value is not None and (not isinstance(value, str) or not value):
            raise ConfigurationError(
                f"Dataset.{parameter} is {value!r}; expected the name of one feature or column")
    names = (inputs,) if isinstance(inputs, str) else inputs
    ok = names is None or (isinstance(names, (tuple, list)) and names and all(
        isinstance(each, str) and each for each in names))
    if not ok or (names is not None and (label in names or weight in names)):
        raise ConfigurationError(
            f"Dataset.input is {inputs!r}; expected the name of a feature, or of a table's "
            "columns a tuple like ('width', 'height'), without the label and the weight"
        )
    if weight is not None and weight == label:
        raise ConfigurationError(
            f"Dataset.weight and Dataset.label are both {label!r}; expected two columns")


def _check_parts(dataset):
    """Checks bindings that apply to one kind of data only."""
    scheme = scheme_of(dataset.name)
    of_table = scheme in ("csv", "parquet") and dataset.source is None
    is_embedded = dataset.name in EMBEDDED and dataset.source is None
    of_tfds = scheme is None and dataset.source is None and not is_embedded
    if dataset.source is not None and not callable(dataset.source):
        raise ConfigurationError(
            f"Dataset.source is a {type(dataset.source).__name__}; expected a function that "
            "returns arrays: in gin @my_arrays, without brackets"
        )
    if dataset.text is not None and not isinstance(dataset.text, Tokens):
        raise ConfigurationError(
            f"Dataset.text is {dataset.text!r}; expected @Tokens(), with brackets, or None")
    if dataset.cache_dir is not None and not isinstance(dataset.cache_dir, str):
        raise ConfigurationError(
            f"Dataset.cache_dir is {dataset.cache_dir!r}; expected a folder's name, or None")
    if dataset.channels != type(dataset).channels and scheme != "images":
        raise ConfigurationError(
            f"Dataset.channels is {dataset.channels}, which is for 'images:FOLDER'; Dataset.name "
            f"is {dataset.name!r}: leave Dataset.channels out"
        )
    for parameter, fits, kinds in (
        ("input", of_table or of_tfds, "a table's columns or TFDS's features"),
        ("label", of_table or of_tfds, "a table's columns or TFDS's features"),
        ("weight", of_table, "a table's columns (an archive and a function have w_train)"),
        ("text", of_tfds, "sets of TFDS"),
        ("test", not is_embedded, "data without a test split of their own"),
        ("image_size", of_tfds or scheme == "images", "'images:FOLDER' and sets of TFDS"),
    ):
        if getattr(dataset, parameter) is not None and not fits:
            raise ConfigurationError(
                f"Dataset.{parameter} is bound, which is for {kinds}; Dataset.name is "
                f"{dataset.name!r}: leave Dataset.{parameter} out"
            )
    if of_tfds and isinstance(dataset.input, (tuple, list)):
        raise ConfigurationError(
            f"Dataset.input is {dataset.input!r}; expected one feature's name for a set of TFDS")


def _check_choice(dataset, parameter, choices):
    value = getattr(dataset, parameter)
    if isinstance(value, bool) or value not in choices:
        raise ConfigurationError(
            f"Dataset.{parameter} is {value!r}; expected {' or '.join(map(repr, choices))}")


def _check_integer(dataset, parameter, least, most=None):
    value = getattr(dataset, parameter)
    is_integer = isinstance(value, int) and not isinstance(value, bool)
    if not is_integer or value < least or (most is not None and value > most):
        bound = f" and at most {most}" if most is not None else ""
        raise ConfigurationError(
            f"Dataset.{parameter} is {value!r}; expected an integer of at least {least}{bound}"
        )
