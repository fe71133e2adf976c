"""Pruned weights that are frozen where they start, under each kind of optimizer."""

import dataclasses

import numpy as np
import pytest

from lth_keras import pruning
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.training import SGD, Adam, AdamW, FrozenTrainer, KerasOptimizer, refuse_decay
from tests.training.conftest import BATCH

OPTIMIZERS = {
    "adam": Adam(1e-2, l2=1e-3), "nesterov": SGD(5e-2, 0.9, nesterov=True, l2=1e-3),
}


@pytest.fixture(scope="module", params=OPTIMIZERS)
def trainer(tiny, request):
    return FrozenTrainer(tiny.model(), pruning.RewindingSchedule(3), OPTIMIZERS[request.param],
                         tiny.data, BATCH, 5, jit=False)


def test_kept_weights_train_and_pruned_ones_stay(tiny, trainer):
    start = tiny.start()
    trainer.load(start)
    trainer.train(tiny.order(), 12)
    end = trainer.state()
    for key, mask in start.masks.items():
        np.testing.assert_array_equal(end.masks[key], mask)
        np.testing.assert_array_equal(end.weights[key][~mask], start.weights[key][~mask])
        assert start.weights[key][~mask].any()
        assert (end.weights[key][mask] != start.weights[key][mask]).all()


def test_it_computes_with_the_frozen_weights(tiny, trainer):
    start = tiny.start()
    trainer.load(start)
    dense = tiny.trainer(Adam())
    dense.load(dataclasses.replace(
        start, masks={key: np.ones_like(mask) for key, mask in start.masks.items()}))
    assert trainer.evaluate("test") == dense.evaluate("test")
    dense.load(start)
    assert trainer.evaluate("test") != dense.evaluate("test")


def test_training_goes_on_with_the_same_bytes(tiny, same, trainer):
    trainer.load(tiny.start())
    trainer.train(tiny.order(), 4)
    half = trainer.state()
    trainer.train(tiny.order(), 5)
    straight = trainer.state()
    trainer.load(half)
    trainer.train(tiny.order(), 5)
    same(trainer.state().weights, straight.weights)
    same(trainer.state().optimizer, straight.optimizer)


def test_a_frozen_weight_that_moved_is_an_error(tiny, trainer):
    trainer.load(tiny.start())
    kernel = next(each for each in trainer.model.trainable_variables if "fc1/kernel" in each.name)
    kernel.assign(kernel + 1)
    with pytest.raises(RunError, match="pruned weights of fc1/kernel have moved"):
        trainer.state()


@pytest.mark.parametrize("optimizer, refused", [
    (AdamW(1e-3, weight_decay=0.1), True), (AdamW(1e-3, weight_decay=0.0), False),
    (KerasOptimizer("SGD", {"learning_rate": 0.1, "weight_decay": 0.01}), True),
    (Adam(1e-3, l2=0.1), False),
])
def test_an_optimizer_that_shrinks_every_weight_is_refused(optimizer, refused):
    if not refused:
        assert refuse_decay(optimizer, 7, "frozen") is None
        return
    with pytest.raises(ConfigurationError, match="'frozen' is 'initial', and the optimizer shrink"):
        refuse_decay(optimizer, 7, "frozen")
