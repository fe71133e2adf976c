"""The examples of docs/your_own_model.md, taken from the page, one for each kind of model."""

import functools
import pathlib
import re

import numpy as np
import pytest

import lth_keras
from lth_keras.compat import keras, tf
from lth_keras.tasks import Classification

GUIDE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "your_own_model.md"
BLOCKS = re.findall(
    r"^\*\*([^*]+)\.\*\*.*?^```py\n(.*?)^```$", GUIDE.read_text("utf-8"),
    re.MULTILINE | re.DOTALL)
RANDOM = np.random.default_rng(3)


def words():
    tokens = RANDOM.integers(1, 12, (12, 6))
    tokens[:4, 4:] = 0
    return tokens


@pytest.fixture(scope="module")
def names():
    """The names that the examples use; each example adds its own."""
    return {
        "keras": keras, "L": keras.layers, "tf": tf, "np": np, "Classification": Classification,
        "images": RANDOM.normal(size=(12, 8, 8, 3)).astype(np.float32),
        "signals": RANDOM.normal(size=(12, 6, 4)).astype(np.float32),
        "words": words(), "labels": np.arange(12) % 3,
    }


@pytest.mark.parametrize("kind, code", BLOCKS, ids=[kind for kind, _ in BLOCKS])
def test_the_example_finds_a_ticket(kind, code, names, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names["find_ticket"] = functools.partial(
        lth_keras.find_ticket, rounds=1, duration="1it", batch_size=12, validation=0, jit=False,
        progress=False)
    exec(compile(code, kind, "exec"), names)
    result = names["result"]
    assert len(result) == 2 and result[1].density < 1
    pruned = set(result[1].masks)
    assert ("attention/output/kernel" in pruned) is False
    if "depthwise" in code:
        assert "depthwise/depthwise_kernel" in pruned
    if "never_prune" in code:
        assert not any("stem" in key for key in pruned)


def test_every_kind_has_an_example():
    assert len(BLOCKS) == GUIDE.read_text("utf-8").count("```py\n") == 10
