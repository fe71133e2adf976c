"""A prepared TFDS set as a source: chooses its features and reads them."""

import concurrent.futures
import contextlib
import itertools
import pathlib

import numpy as np

from lth_keras.data.sources.content import of_files
from lth_keras.data.sources.opened_source import OpenedSource, part_rows
from lth_keras.data.sources.pictures import fitted
from lth_keras.errors import ConfigurationError

# Number of pictures in a part if their sizes differ and the bytes are unknown.
_PICTURES = 256


def open_prepared(builder, name, index, features, image_size=None):
    """The `OpenedSource` of a prepared set's train split, and of its test split where it has one.

    Other splits of the set are not used; validation examples come from its train split.

    Args:
      builder: TFDS's, prepared.
      name: the set's.
      index: `ContentIndex`.
      features: names of the input and of the label, as `feature_names` gives them.
      image_size: (height, width) to bring pictures to, or None.

    Raises:
      ConfigurationError: there is no train split.
    """
    import tensorflow_datasets as tfds

    splits = [split for split in ("train", "test") if split in builder.info.splits]
    if "train" not in splits:
        raise ConfigurationError(
            f"'{name}' has the splits {sorted(builder.info.splits)}; expected 'train', and perhaps "
            "'test'")
    label = feature_at(builder.info.features, features[1])
    is_class = isinstance(label, tfds.features.ClassLabel) and label.num_classes
    place = pathlib.Path(builder.data_path)
    return OpenedSource(
        name, {split: builder.info.splits[split].num_examples for split in splits},
        read=lambda split: _read(builder, split, features, image_size),
        content=lambda: of_files(
            place, [path for path in place.rglob("*") if path.is_file()], index),
        num_classes=label.num_classes if is_class else None,
        label_names=tuple(label.names) if is_class and label.names else None,
        labels=(lambda: _labels(builder, features[1], splits)) if _shape(label) == () else None,
    )


def feature_names(info, name, names=(None, None), text=None):
    """The names of the input and of the label: bound, else named by the set, else found by kind.

    Args:
      info: TFDS's `DatasetInfo`.
      name: the set's.
      names: (input, label): names of features, 'outer/inner' within another; None finds it.
      text: `Tokens` where the input is text.

    Raises:
      ConfigurationError: there is no such feature, or more than one choice.
    """
    features = info.features
    for parameter, each in zip(("input", "label"), names, strict=True):
        if each is not None and feature_at(features, each) is None:
            raise ConfigurationError(
                f"Dataset.{parameter} is {each!r}, and '{name}' has the features "
                f"{_kinds(features)}; expected one of these names"
            )
    if None not in names:
        return names
    inputs = [names[0]] if names[0] else _inputs(features, names[1], text)
    labels = [names[1]] if names[1] else [
        key for key in features or () if _is_label(features[key]) and key != names[0]]
    if text is not None and text.next_token and len(inputs) == 1:
        return inputs[0], inputs[0]  # A language model's labels are made from the text.
    keys = info.supervised_keys
    if keys and len(keys) == 2 and keys[0] in inputs and keys[1] in labels:
        return tuple(keys)
    if len(inputs) == 1 and len(labels) == 1:
        return inputs[0], labels[0]
    raise ConfigurationError(
        f"'{name}' has the features {_kinds(features)}; expected one image or vector of a fixed "
        "shape and one integer label: bind Dataset.input and Dataset.label to two of these names"
    )


def feature_at(features, name):
    """The feature of a name such as 'image' or 'objects/label'; None where there is none."""
    for part in name.split("/"):
        try:
            features = features[part]
        except (KeyError, TypeError, AttributeError):
            return None
    return features


def is_text(feature):
    """Whether a feature is text."""
    import tensorflow_datasets as tfds

    return isinstance(feature, tfds.features.Text)


def check_features(info, name, features, image_size, text):
    """Checks that the named features can become arrays of one shape.

    Raises:
      ConfigurationError: they cannot; the message says what to bind.
    """
    import tensorflow_datasets as tfds

    input_feature, label = (feature_at(info.features, each) for each in features)
    if is_text(input_feature):
        if text is None:
            raise ConfigurationError(
                f"the feature {features[0]!r} of '{name}' is text; bind Dataset.text = @Tokens() "
                "to have it cut into tokens"
            )
    elif text is not None:
        raise ConfigurationError(
            f"Dataset.text is bound, and the feature {features[0]!r} of '{name}' is "
            f"{type(input_feature).__name__}; expected text: bind Dataset.input to a feature that "
            "is"
        )
    if image_size is not None and len(_shape(input_feature) or ()) == 3:
        _check_bits(name, {features[0]: input_feature, features[1]: label}, image_size)
    for key, feature in zip(features, (input_feature, label), strict=True):
        if is_text(feature) and feature is input_feature:
            continue
        shape = _shape(feature)
        is_picture = isinstance(feature, tfds.features.Image)
        if is_picture and shape[-1] in (1, 3) and None in shape[:2] and image_size is not None:
            continue
        if is_picture and None in shape and shape[-1] is not None:
            raise ConfigurationError(
                f"the pictures {key!r} of '{name}' have no one size; bind Dataset.image_size = "
                "(64, 64), or another height and width to bring all to"
            )
        if shape is None or None in shape:
            raise ConfigurationError(
                f"the feature {key!r} of '{name}' is {type(feature).__name__} of shape {shape}; "
                "expected numbers of a fixed shape: bind Dataset.input or Dataset.label to another"
            )


def _check_bits(name, features, image_size):
    """Refuses pictures that are to be scaled and are not of 8 bits: their values would change."""
    for key, feature in features.items():
        if len(_shape(feature) or ()) == 3 and np.dtype(feature.np_dtype) != np.uint8:
            raise ConfigurationError(
                f"the pictures {key!r} of '{name}' are {np.dtype(feature.np_dtype)}, and "
                f"Dataset.image_size is {image_size!r}; expected uint8 where pictures are "
                "scaled: leave Dataset.image_size out, or store the set with 8 bits a channel"
            )


def _shape(feature):
    """Shape of one example's numbers; None where the feature is something else."""
    import tensorflow_datasets as tfds

    if is_text(feature) or not isinstance(feature, (tfds.features.Image, tfds.features.Tensor)):
        return None
    return feature.shape if np.dtype(feature.np_dtype).kind in "buif" else None


def _inputs(features, label, text):
    """Names of possible inputs: numbers; text if it is asked for or the only choice."""
    texts = [key for key in features or () if is_text(features[key]) and key != label]
    numbers = [key for key in features or () if _shape(features[key]) and key != label]
    return texts if text is not None or not numbers else numbers


def _is_label(feature):
    return _shape(feature) == () and np.dtype(feature.np_dtype).kind in "ui"


def _kinds(features):
    kinds = {key: type(features[key]).__name__ for key in list(features or ())[:4]}
    return f"{kinds}" + (f" and {len(features) - 4} more" if len(features or ()) > 4 else "")


def _labels(builder, name, splits):
    """{split: labels}, read without the inputs, which are not decoded."""
    import tensorflow_datasets as tfds

    wanted = True
    for part in reversed(name.split("/")):
        wanted = {part: wanted}
    found = {}
    for split in splits:
        with _whole(builder, split):
            examples = builder.as_dataset(
                split=split, shuffle_files=False, decoders=tfds.decode.PartialDecoding(wanted),
                read_config=tfds.ReadConfig(try_autocache=False))
            labels = examples.map(lambda example: feature_at(example, name)).batch(4096)
            found[split] = np.concatenate(list(tfds.as_numpy(labels)))
    return found


@contextlib.contextmanager
def _whole(builder, split):
    try:
        yield
    # Truncated records, features of another form: each library has its own errors.
    except Exception as error:
        stored = builder.info.splits[split].num_examples
        raise ConfigurationError(
            f"the {split} split in {builder.data_path} cannot be read ({_line(error)}); expected "
            f"{stored} whole examples: delete that folder and prepare it again"
        ) from error


def _read(builder, split, features, image_size):
    """Parts of a split, in the order in which it was prepared."""
    import tensorflow_datasets as tfds

    from lth_keras.compat import tf

    stored, seen = builder.info.splits[split].num_examples, 0
    with _whole(builder, split):
        examples = builder.as_dataset(
            split=split, shuffle_files=False, read_config=tfds.ReadConfig(try_autocache=False)
        )
        # Only the features that are used: others may be many times larger.
        pairs = examples.map(
            lambda example: tuple(feature_at(example, key) for key in features), tf.data.AUTOTUNE)
        shape = pairs.element_spec[0].shape
        if image_size is not None and shape.rank == 3:
            parts = _fitted(iter(tfds.as_numpy(pairs)), image_size)
        else:
            dtype = pairs.element_spec[0].dtype
            rows = 1024 if dtype == tf.string else part_rows(shape, np.dtype(dtype.as_numpy_dtype))
            parts = tfds.as_numpy(pairs.batch(rows))
        for inputs, labels in parts:
            seen += len(inputs)
            yield inputs, labels
    if seen != stored:
        raise ConfigurationError(
            f"the {split} split in {builder.data_path} has {seen} examples; expected "
            f"{stored}: delete that folder and prepare it again"
        )


def _fitted(examples, size):
    """Parts of pictures, all scaled to one size; labels that are pictures by nearest pixels."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        while part := list(itertools.islice(examples, _PICTURES)):
            inputs = list(pool.map(lambda pair: fitted(pair[0], size), part))
            labels = [pair[1] for pair in part]
            if np.ndim(labels[0]) == 3:
                labels = list(pool.map(lambda each: fitted(each, size, nearest=True), labels))
            yield np.stack(inputs), np.stack(labels)


def _line(error):
    """The text of another library's error, on one line."""
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {first[:100]}"
