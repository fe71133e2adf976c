"""Every gin file begins with a description, parses, and runs a few steps on data of its shape."""

import pathlib

import gin
import numpy as np
import pytest

from lth_keras import masks
from lth_keras.commands import configuration
from lth_keras.data import embedded
from lth_keras.data.loaded_data import RawData
from lth_keras.experiment import execute, prepare
from lth_keras.statistics.summary import final_column
from lth_keras.store.masks_and_weights import read_masks
from tests.reporters import SilentReporter

ROOT = pathlib.Path(__file__).parents[1]
# It starts from a ticket that another run exported: tested with the export.
NEEDS_A_TICKET = ("transfer_mnist_fashion",)
EXPERIMENTS = sorted(
    path for path in (ROOT / "gin").glob("*.gin") if path.stem not in NEEDS_A_TICKET)
SMOKE = sorted((ROOT / "gin" / "smoke").glob("*.gin"))
# One of each kind: all of them take three minutes.
QUICK = {"mnist_lt", "mnist1d_lt", "cifar10_conv2", "diabetes_regression", "digits_segmentation",
         "character_language_model", "mnist5k_vision_transformer"}
SHORT = ROOT / "gin" / "pieces" / "short.gin"

# Real inputs; networks narrow or shallow, and no XLA, which takes longer than these few steps.
SMALL = (
    "Experiment.jit = False", "resnet.depth = 8", "vgg_16.width = 0.125", "conv_2.width = 0.125",
    "conv_4.width = 0.125", "conv_6.width = 0.125",
    "vision_transformer.depth = 1", "token_transformer.depth = 1",
)
SHAPES = {
    "mnist": ((28, 28, 1), 10), "fashion_mnist": ((28, 28, 1), 10), "cifar10": ((32, 32, 3), 10),
    "cifar100": ((32, 32, 3), 100),
}


def test_all_are_ascii():
    """gin reads them in the encoding of the terminal, which may be ASCII."""
    assert [path.name for path in (ROOT / "gin").rglob("*.gin")
            if not path.read_bytes().isascii()] == []


def generated(name):
    """Random images in the shape of a data set that needs a network to have."""
    shape, classes = SHAPES[name]
    random = np.random.default_rng(0)
    train, test = (
        (random.integers(0, 256, (n, *shape)).astype(np.uint8),
         np.arange(n, dtype=np.int32) % classes)
        for n in (300, 100))
    return RawData(name, *train, *test, num_classes=classes)


@pytest.fixture
def offline(monkeypatch):
    for name in SHAPES:
        monkeypatch.setitem(embedded.EMBEDDED, name, lambda name=name: generated(name))


@pytest.mark.parametrize("path", EXPERIMENTS + SMOKE, ids=lambda path: path.stem)
def test_opens_with_a_comment_and_parses(path):
    text = path.read_text("utf-8")
    assert text.startswith("# ")
    opening = text.split("\n\n")[0]
    if path in EXPERIMENTS:
        assert "# Time: " in opening
        assert "arXiv" in opening or "ICLR" in opening or "include" in text
    else:
        assert "mean nothing" in opening
    experiment = configuration.read([str(path)])
    assert experiment.name == path.stem and experiment.variants


def test_every_protocol_of_the_literature_is_there():
    wanted = """mnist_lt fashion_mnist_lt cifar10_lenet5 cifar100_lenet5 mnist_frankle
    mnist_frankle_one_shot cifar10_conv2 cifar10_conv4 cifar10_conv6 cifar10_resnet20 cifar10_vgg16
    mnist1d_lt insights_mnist insights_resnet20 large_learning_rate"""
    assert set(wanted.split()) <= {path.stem for path in EXPERIMENTS}


@pytest.mark.parametrize("path", [
    path if path.stem in QUICK else pytest.param(path, marks=pytest.mark.ci)
    for path in EXPERIMENTS], ids=lambda path: path.stem)
def test_runs_for_a_few_steps_with_nested_masks_and_exact_counts(path, tmp_path, offline):
    experiment = configuration.read([str(path), str(SHORT)], SMALL)
    prepared = prepare(experiment, tmp_path)
    summary = execute(prepared, SilentReporter())
    gin.clear_config()
    context = prepared.context
    before = None
    for index in range(3):
        kept = read_masks(context.paths.network(1, f"round_{index:02d}"))
        masks.check(kept, before)
        alive, rows = context.grouping.alive(kept), context.grouping.rows
        masks.check_total(alive, context.schedule.total_count(rows, index))
        if context.schedule.scope == "layerwise":
            masks.check(alive, expected=context.schedule.layer_counts(rows, index))
        before = kept
    assert masks.density(before) < 1
    wanted = {
        (variant.name, index) for variant in experiment.variants
        for index, _ in variant.networks(experiment.imp.schedule.rounds)
    } | {("imp", index) for index in range(3)}
    assert set(zip(summary["variant"], summary["round"])) == wanted
    final = summary[f"{final_column(context.metric)}_mean"]
    assert final.notna().all() and (final >= 0).all()
    assert not context.metric.is_share or (final <= 1).all()
