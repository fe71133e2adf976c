"""The feeds: one data set, four ways to hold it, the same bits."""

import dataclasses

import numpy as np
import pytest

from lth_keras.compat import tf
from lth_keras.data import from_arrays
from lth_keras.training.feed import (
    NormalizedFeed,
    OrderedFeed,
    ResidentFeed,
    StreamedFeed,
    feed_for,
)


@pytest.fixture(scope="module")
def data():
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (5000, 6, 5, 3), np.uint8)
    labels = np.arange(5000) % 7
    return from_arrays(images, labels, images[:10], labels[:10], name="noise",
                       mean=(0.49, 0.48, 0.45), std=(0.25, 0.24, 0.26))


def test_all_feeds_give_the_same_bits(data):
    order = np.random.default_rng(1).permutation(data.train_size).astype(np.int32)
    batches = []
    for kind in (ResidentFeed, OrderedFeed, NormalizedFeed, StreamedFeed):
        feed = kind(data)
        source = feed.epoch(order, 2, 1, 50)
        images, labels, weights = feed.batch(source, tf.constant(2), 50)
        assert weights is None
        assert labels.numpy().tolist() == data.labels[order[100:150]].tolist()
        batches.append(feed.normalize(images).numpy().tobytes())
    assert len(set(batches)) == 1
    assert batches[0] == data.normalize(data.images[order[100:150]]).tobytes()


@pytest.mark.parametrize("jit, limit_in_bytes_an_image, kind", [
    (True, 3, OrderedFeed), (True, 2, ResidentFeed), (False, 4, NormalizedFeed),
    (False, 3, ResidentFeed), (True, 0.5, StreamedFeed), (False, 0.5, StreamedFeed),
])
def test_the_feed_fits_the_device(data, jit, limit_in_bytes_an_image, kind):
    limit = limit_in_bytes_an_image * data.images.size / 2**20
    limited = dataclasses.replace(data, device_limit_mb=limit)
    feed = feed_for(limited, jit)
    assert type(feed) is kind and feed_for(limited, jit) is feed


def test_a_gpu_gathers_its_batches_itself(data, monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["one"])
    assert type(feed_for(dataclasses.replace(data), True)) is ResidentFeed
