"""Feeds: they give the engine's batches, from the device's memory or from a stream of tf.data."""

import weakref

import numpy as np

from lth_keras.compat import tf
from lth_keras.data.rows_on_disk import RowsOnDisk
from lth_keras.training.zero_copy import placed

_CHUNK = 4096
# Of a streamed set: batches that are gathered at a time, and that are kept ready.
_READERS, _BATCHES_AHEAD = 4, 8
# Beyond this the normalised copy, four times as large, is not worth a tenth of a step's time.
_NORMALIZED_BYTES = 2**30
# A feed has no state: all architectures of an experiment share one.
_FEEDS = weakref.WeakKeyDictionary()


class ResidentFeed:
    """All examples live on the device, as they were loaded (uint8 for images).

    Args:
      data: `LoadedData`.
    """

    compiles = True

    def __init__(self, data):
        # Images, labels, and weights of the examples; None for 1 each.
        self._arrays = tuple(
            None if each is None else placed(each)
            for each in (data.images, data.labels, data.weights))
        self._scale = float(data.scale)
        self._mean, self._std = data.mean, data.std

    def epoch(self, permutation, first, steps, batch_size):
        """The tensors that `batch` reads in one epoch: the examples and their order."""
        del first, steps, batch_size  # The loop slices the order itself.
        # The arrays are arguments: XLA would copy captured constants into the program.
        return *self._arrays, tf.constant(permutation)

    def examples(self, start, stop, size):
        """The tensors that `range` reads."""
        del start, stop, size
        return self._arrays

    def batch(self, source, index, batch_size):
        """Batch `index` of the epoch: images, labels, and weights or None."""
        *arrays, order = source
        chosen = tf.slice(order, [index * batch_size], [batch_size])
        return tuple(gathered(each, chosen) for each in arrays)

    def range(self, source, first, stop, size):
        """`size` examples from `first` on, as `batch` gives them, and which of them lie before
        `stop`, bool [size]."""
        wanted = first + tf.range(size)
        chosen = tf.minimum(wanted, stop - 1)
        return *(gathered(each, chosen) for each in source), wanted < stop

    def normalize(self, images):
        """(images · scale − mean) / std, float32; the arithmetic of `LoadedData.normalize`."""
        return (tf.cast(images, tf.float32) * self._scale - self._mean) / self._std


class OrderedFeed(ResidentFeed):
    """Brings the examples into each epoch's order beforehand, so that a batch is a slice.

    For XLA on CPUs: XLA takes longer to gather one batch than TensorFlow, on all cores, takes to
    gather a whole epoch. Up to two more copies of the examples are in memory. The results have the
    same bits.
    """

    def epoch(self, permutation, first, steps, batch_size):
        """The epoch's examples, in their order."""
        del first, steps, batch_size
        order = tf.constant(permutation)
        return tuple(gathered(each, order) for each in self._arrays)

    def batch(self, source, index, batch_size):
        """Batch `index` of the epoch: images, labels, and weights or None."""
        return tuple(_rows(each, index * batch_size, batch_size) for each in source)


class NormalizedFeed(ResidentFeed):
    """All examples live on the device as float32, normalised once.

    For training without XLA, which fuses the normalisation with the gathering of a batch; without
    it the normalisation takes a tenth of LeNet-5's step. Four times the memory of uint8; the
    results have the same bits.
    """

    def __init__(self, data):
        super().__init__(data)
        normalized = np.empty(data.images.shape, np.float32)
        for start in range(0, len(normalized), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            normalized[chunk] = super().normalize(data.images[chunk])
        self._arrays = (tf.constant(normalized), *self._arrays[1:])

    def normalize(self, images):
        """`images` unchanged: they were normalised when the feed was made."""
        return images


class StreamedFeed(ResidentFeed):
    """Examples stay in host memory, or in a file; tf.data gathers and prefetches each batch.

    For data sets that are too large for the device, or for the memory: of rows on disk the file is
    mapped, and read where a batch needs it. The order is that of `ResidentFeed`, and so are the
    numbers.
    """

    compiles = False

    def __init__(self, data):
        with tf.device("CPU:0"):
            super().__init__(data)
            # For rows on disk the tensor is the whole file, so that each row's place in it is
            # needed.
            on_disk = isinstance(data.images, RowsOnDisk)
            self._rows = tf.constant(data.images.rows) if on_disk else None

    def epoch(self, permutation, first, steps, batch_size):
        """An iterator over the batches of one stretch."""
        chosen = permutation[first * batch_size : (first + steps) * batch_size]
        return iter(self._gathered(chosen.reshape(steps, batch_size)))

    def examples(self, start, stop, size):
        """An iterator over full batches; the last one repeats its last example."""
        count = -(-(stop - start) // size)
        wanted = tf.minimum(start + tf.range(count * size), stop - 1)
        return iter(self._gathered(tf.reshape(wanted, [count, size])))

    def batch(self, source, index, batch_size):
        """The next batch of the iterator."""
        del index, batch_size
        batch = next(source)
        return batch if len(batch) == len(self._arrays) else (*batch, None)

    def range(self, source, first, stop, size):
        """The next `size` examples; arguments and result as `ResidentFeed.range`'s."""
        return *self.batch(source, None, size), first + tf.range(size) < stop

    def _gathered(self, indices):
        # tf.data's rewriting and tuning are off: this pipeline has nothing to rewrite, and what its
        # function captures is all examples, which a rewritten graph may copy.
        options = tf.data.Options()
        options.experimental_optimization.apply_default_optimizations = False
        options.autotune.enabled = False
        return tf.data.Dataset.from_tensor_slices(indices).map(
            self._batch_of, num_parallel_calls=_READERS, deterministic=True,
        ).prefetch(_BATCHES_AHEAD).with_options(options)

    def _batch_of(self, chosen):
        images, *others = self._arrays
        places = chosen if self._rows is None else tf.gather(self._rows, chosen)
        return gathered(images, places), *(
            gathered(each, chosen) for each in others if each is not None)


def gathered(array, chosen):
    """The rows `chosen` of an array; None if the array is None."""
    return None if array is None else tf.gather(array, chosen)


def _rows(tensor, first, count):
    if tensor is None:
        return None
    rest = tensor.shape[1:]
    return tf.slice(tensor, [first, *(0 for _ in rest)], [count, *rest])


def feed_for(data, jit):
    """The feed of `data`: by its size against `data.device_limit_mb`, and whether XLA compiles."""
    stored, limit = data.images.nbytes, data.device_limit_mb * 2**20
    if jit:
        preferred = ResidentFeed if tf.config.list_physical_devices("GPU") else OrderedFeed
        needed = 3 * stored  # The examples, the last epoch, and the epoch that is being ordered.
    else:
        preferred, needed = NormalizedFeed, 4 * data.images.size
        limit = min(limit, max(stored, _NORMALIZED_BYTES))
    if stored > limit or isinstance(data.images, RowsOnDisk):
        kind = StreamedFeed
    else:
        kind = preferred if needed <= limit else ResidentFeed
    feeds = _FEEDS.setdefault(data, {})
    if kind not in feeds:
        feeds[kind] = kind(data)
    return feeds[kind]
