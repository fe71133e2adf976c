"""Small prepared sets of TFDS, for tests."""

import numpy as np

WORDS = [f"{a}{b}" for a in ("ba", "do", "ki", "lu", "me") for b in ("ra", "so", "ti", "nu")]
SIZES = (("train", 30), ("test", 12))


def sentence(number):
    """A made-up sentence of 3 to 11 words."""
    random = np.random.RandomState(number)
    return " ".join(random.choice(WORDS, 3 + number % 9))


def store(folder, name, features, example, config=None):
    """Prepares a set.

    Args:
      folder: TFDS's data directory.
      name: the set's.
      features: {name: TFDS's feature}.
      example: function of its number that gives an example, {name: value}.
      config: of the set, such as 'plain_text'; None for none.
    """
    import tensorflow_datasets as tfds

    tfds.dataset_builders.store_as_tfds_dataset(
        name, "1.0.0", tfds.features.FeaturesDict(features),
        {split: [(i, example(i)) for i in range(n)] for split, n in SIZES}, data_dir=folder,
        config=config)


def prepared_reviews(folder, name="reviews", config=None):
    """Prepares a set of sentences that are good or bad; gives the folder back."""
    import tensorflow_datasets as tfds

    store(folder, name, {
        "text": tfds.features.Text(), "label": tfds.features.ClassLabel(names=["bad", "good"]),
    }, lambda i: {"text": sentence(i), "label": i % 2}, config)
    return folder
