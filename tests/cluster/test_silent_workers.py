"""A worker that runs and does not answer. Ray itself is replaced."""

import dataclasses
import time
import types

import pytest

from lth_keras.cluster.ray_pool import RayPool
from lth_keras.cluster.resources import Resources
from lth_keras.errors import ConfigurationError, RunError


class MadeUpRay:
    """Actors that answer at once, except to the methods in `silent`."""

    def __init__(self):
        self.silent, self.killed, self.made = set(), [], 0
        self.exceptions = types.SimpleNamespace(RayError=ConnectionError)

    def remote(self, worker):
        del worker
        return types.SimpleNamespace(options=lambda **_: types.SimpleNamespace(remote=self._actor))

    def _actor(self):
        self.made += 1
        answers = {"where": ("elsewhere", 0, (0,)), "pin": None, "look": None,
                   "do": ("done", "outcome")}
        return types.SimpleNamespace(**{
            name: types.SimpleNamespace(remote=lambda *_, n=name, a=answer: (n, id(object()), a))
            for name, answer in answers.items()})

    def wait(self, references, num_returns, timeout):
        del num_returns, timeout
        return [each for each in references if each[0] not in self.silent], []

    def get(self, reference):
        return reference[2]

    def kill(self, actor):
        self.killed.append(actor)


@dataclasses.dataclass
class Queued:
    """The part of a `QueuedJob` that a pool reads."""

    job: object = dataclasses.field(
        default_factory=lambda: types.SimpleNamespace(trial=1, name="full"))


def settled(ray, timeout_minutes=0.01, retries=2):
    """A pool of one worker that has started."""
    pool = RayPool(ray, 1, Resources(
        cpus=1, gpus=0, timeout_minutes=timeout_minutes, retries=retries), 1)
    for _ in range(3):
        pool.events(0)
    return pool


def test_a_silent_worker_is_lost_and_replaced():
    ray = MadeUpRay()
    pool = settled(ray)
    (slot,) = pool.idle()
    ray.silent = {"do", "look"}
    queued = Queued()
    pool.give(slot, queued, types.SimpleNamespace(run="run"))
    assert pool.events(0) == []
    time.sleep(0.7)
    ((kind, which, why),) = pool.events(0)
    assert kind == "lost" and which is queued and "did not answer for 0.01 minutes" in why
    assert len(ray.killed) == 1 and ray.made == 2
    ray.silent = set()
    for _ in range(3):
        pool.events(0)
    assert pool.idle()


def test_one_that_answers_while_it_works_is_not_lost():
    ray = MadeUpRay()
    pool = settled(ray)
    (slot,) = pool.idle()
    ray.silent = {"do"}
    pool.give(slot, Queued(), types.SimpleNamespace(run="run"))
    for _ in range(10):
        time.sleep(0.1)
        assert pool.events(0) == []
    assert not ray.killed


def test_workers_that_never_start_end_the_run():
    ray = MadeUpRay()
    ray.silent = {"where"}
    pool = RayPool(ray, 1, Resources(cpus=1, gpus=0, timeout_minutes=0.01, retries=0), 1)
    time.sleep(0.7)
    with pytest.raises(RunError, match="no worker could be started"):
        pool.events(0)


@pytest.mark.parametrize("value", [0, -1, float("nan"), None, "10", True])
def test_timeouts_that_are_none(value):
    with pytest.raises(ConfigurationError, match="timeout_minutes"):
        Resources(timeout_minutes=value)
