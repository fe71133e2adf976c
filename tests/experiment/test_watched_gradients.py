"""Gradient norms of jobs: none with several replicas, one function for each trainer."""

import types

from lth_keras.experiment import watched_gradients


class Trainer:
    """What a weak dictionary can hold."""


def job(replicas, trainer=None):
    return types.SimpleNamespace(in_training=trainer, context=types.SimpleNamespace(
        replicas=types.SimpleNamespace(count=replicas)))


def test_one_function_is_made_for_each_trainer(monkeypatch):
    made = []

    def norm(trainer):
        made.append(trainer)
        return lambda: 0.5

    monkeypatch.setattr(watched_gradients, "GradientNorm", norm)
    watched, one, other = watched_gradients.WatchedGradients(), Trainer(), Trainer()
    assert [watched(job(1, each)) for each in (one, other, one)] == [0.5, 0.5, 0.5]
    assert made == [one, other]
    assert watched(job(2, one)) is None
