"""Which losses count as divergence, and that a checkpoint keeps this."""

import types

import numpy as np
import pytest

from lth_keras.tasks import Classification
from lth_keras.training import Checkpoint, Plan, TrainingProgress, TrainState, train_network

INF, NAN = float("inf"), float("nan")


def trained(train_loss, validation, test):
    """A network of ten updates, evaluated every five, with these losses."""
    state = TrainState({"k": np.zeros(2, np.float32)}, {"k": np.ones(2, bool)}, 0, {})
    trainer = types.SimpleNamespace(
        step=0, load=lambda *_: None, state=lambda: state,
        data=types.SimpleNamespace(task=Classification()))

    def train(order, steps, seed, totals, should_stop):
        trainer.step += steps
        return np.array([train_loss * steps, 0.5 * steps], np.float32)

    trainer.train = train
    trainer.evaluate = lambda split: (validation if split == "validation" else test, 0.5)
    return train_network(trainer, Plan(0, 10, 5, None), TrainingProgress(state))


@pytest.mark.parametrize("losses, diverged", [
    ((1.0, 1.0, 1.0), False), ((1.0, None, 1.0), False),
    ((INF, 1.0, 1.0), True), ((1.0, INF, 1.0), True), ((1.0, 1.0, INF), True),
    ((1.0, NAN, 1.0), True), ((1.0, None, NAN), True), ((NAN, None, 1.0), True),
])
def test_any_loss_that_is_not_finite_ends_the_training(losses, diverged):
    progress = trained(*losses)
    assert progress.diverged is diverged
    assert [each.step for each in progress.evaluations] == ([5] if diverged else [5, 10])


@pytest.mark.parametrize("losses, diverged", [((1.0, 1.0, 1.0), False), ((1.0, 1.0, INF), True)])
def test_a_checkpoint_keeps_whether_it_diverged(losses, diverged, tmp_path):
    checkpoint = Checkpoint(tmp_path, 0)
    checkpoint.save(trained(*losses))
    assert checkpoint.load().diverged is diverged
