"""Bytes and floating-point operations, and the bytes that sparsity saves on disk."""

import numpy as np
import pytest

from lth_keras.compat import keras
from lth_keras.data import from_arrays
from lth_keras.export import EXPORT_FORMATS, costs
from lth_keras.export.served_network import ServedNetwork
from lth_keras.models import build_seeded, lenet_300_100


def test_floating_point_operations():
    model = keras.Sequential([
        keras.layers.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv"),
        keras.layers.Flatten(), keras.layers.Dense(10, name="dense"),
    ])
    kernel = np.zeros((3, 3, 3, 4), np.float32)
    kernel[0] = 1
    model.get_layer("conv").kernel.assign(kernel)
    rows = costs.layers(model)
    # 3·3·3·4 weights at 6·6 places, two operations each; a third of them is not zero.
    assert rows[0] == {
        "key": "conv/kernel", "shape": [3, 3, 3, 4], "size": 108, "nonzero": 36,
        "density": 1 / 3, "flops": 7776, "effective_flops": 2592,
    }
    assert (rows[1]["size"], rows[1]["flops"]) == (1440, 2880)
    total = costs.totals(model, rows)
    assert (total["parameters"], total["prunable_weights"]) == (1562, 1548)
    assert (total["flops"], total["effective_flops"]) == (10656, 5472)


def test_an_embedding_is_looked_up_and_not_multiplied():
    model = keras.Sequential([
        keras.layers.Input((5,)), keras.layers.Embedding(100, 8, name="tokens"),
        keras.layers.Dense(3, name="dense")])
    rows = costs.layers(model, also=("tokens",))
    assert [(row["key"], row["size"], row["flops"], row["effective_flops"]) for row in rows] == [
        ("tokens/embeddings", 800, 0, 0), ("dense/kernel", 24, 2 * 5 * 24, 2 * 5 * 24)]


def test_gzipped_sizes_do_not_depend_on_the_day(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 1000)
    first = costs.bytes_gzipped(tmp_path), costs.bytes_gzipped(tmp_path / "a")
    (tmp_path / "a").touch()
    assert first == (costs.bytes_gzipped(tmp_path), costs.bytes_gzipped(tmp_path / "a"))
    assert costs.bytes_on_disk(tmp_path) == 1000 and first[0] < 300


@pytest.mark.parametrize("name, compressed, share", [
    # Scattered at random a tenth of the weights is the hardest to compress: 21 %. IMP's masks
    # have empty rows, for pixels that are always black: docs/export.md, 16.4 %.
    ("saved_model", True, 0.215), ("tflite_sparse", False, 0.2),
])
def test_a_ticket_of_a_tenth_takes_a_fifth(name, compressed, share, tmp_path):
    images = np.zeros((20, 28, 28, 1), np.uint8)
    data = from_arrays(images, np.arange(20) % 10, images, np.arange(20) % 10)
    sizes = []
    for density in (1.0, 28_580 / 266_200):
        model = build_seeded(lenet_300_100, (28, 28, 1), 10, 1)
        generator = np.random.default_rng(2)
        for layer in ("fc1", "fc2", "output"):
            kernel = model.get_layer(layer).kernel
            kernel.assign(kernel * (generator.random(kernel.shape) < density))
        path = tmp_path / f"{density:.2f}"
        EXPORT_FORMATS[name].write(ServedNetwork(model, data, "uint8", {}), model, path)
        sizes.append((costs.bytes_gzipped if compressed else costs.bytes_on_disk)(path))
    assert sizes[1] <= share * sizes[0]
