"""The table of models of the matrix; a decorator enters a model function into it."""

import dataclasses

import numpy as np

from lth_keras.tasks import Classification

CLASSES = 3
TAGS = Classification(classes=CLASSES, ignore_label=-1)
_TRAIN, _TEST = 16, 8


@dataclasses.dataclass(frozen=True)
class Case:
    """One model of the matrix.

    Attributes:
      build: function (input_shape, num_classes) -> Keras model.
      data: function of a number of examples and a generator that gives (x, labels).
      kernels: the keys that must be pruned, or None where this is not checked.
      custom: {name: class} of the custom layers, for loading the model.
      heavy: whether it takes more than a few seconds.
      options: of `find_ticket`.
    """

    build: object
    data: object
    kernels: set | None = None
    custom: dict = dataclasses.field(default_factory=dict)
    heavy: bool = False
    options: dict = dataclasses.field(default_factory=dict)

    def examples(self):
        """((x_train, y_train), (x_test, y_test))."""
        generator = np.random.default_rng(7)
        return self.data(_TRAIN, generator), self.data(_TEST, generator)


CASES = {}


def case(data, kernels=None, custom=(), heavy=False, **options):
    """Enters the model function that it decorates, under the function's name."""

    def enter(build):
        assert build.__name__ not in CASES, build.__name__
        CASES[build.__name__] = Case(
            build, data, kernels and set(kernels), {each.__name__: each for each in custom}, heavy,
            options)
        return build

    return enter


def _labels(count, classes=CLASSES):
    return np.arange(count) % classes


def numbers(*shape, classes=CLASSES):
    """Gaussian float32 examples of a shape."""
    return lambda count, generator: (
        generator.normal(size=(count, *shape)).astype(np.float32), _labels(count, classes))


def tokens(length, vocabulary=12):
    """Integer examples [length], the last places of each padded with zeros."""

    def make(count, generator):
        words = generator.integers(1, vocabulary, (count, length))
        for row, end in enumerate(generator.integers(2, length + 1, count)):
            words[row, end:] = 0
        return words.astype(np.int32), _labels(count)

    return make


def tagged(length, vocabulary=12):
    """As `tokens`, with a label for each token, -1 for the padding; the task is `TAGS`."""

    def make(count, generator):
        words, _ = tokens(length, vocabulary)(count, generator)
        return words, np.where(words == 0, -1, words % CLASSES)

    return make


def labelled_pixels(*shape):
    """Gaussian images and a label for each of their pixels."""

    def make(count, generator):
        images = generator.normal(size=(count, *shape)).astype(np.float32)
        return images, (images[..., 0] > 0).astype(np.int64) + (images[..., 0] > 1)

    return make


def several(**parts):
    """A dict of examples, one of each maker."""

    def make(count, generator):
        made = {name: part(count, generator)[0] for name, part in parts.items()}
        return made, _labels(count)

    return make


def pair(*parts):
    """A tuple of examples, one of each maker."""

    def make(count, generator):
        return tuple(part(count, generator)[0] for part in parts), _labels(count)

    return make
