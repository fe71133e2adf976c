"""A worker that runs and does not answer; Ray's environment. Ray itself is replaced."""

import dataclasses
import os
import sys
import time
import types

import pytest

from lth_keras.cluster.ray_environment import set_environment
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


@pytest.fixture
def environment(monkeypatch):
    """The process's environment without Ray's settings; restored afterwards."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("RAY_")}
    monkeypatch.setattr(os, "environ", kept)
    return kept


def test_a_pool_here_asks_for_a_token(environment, monkeypatch):
    monkeypatch.delitem(sys.modules, "ray", raising=False)
    set_environment(is_local=True)
    assert environment["RAY_AUTH_MODE"] == "token" and len(environment["RAY_AUTH_TOKEN"]) == 64


def test_a_program_that_imported_ray_keeps_its_ray(environment, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", object())
    set_environment(is_local=True)
    assert not any(name.startswith("RAY_AUTH") for name in environment)


@pytest.mark.parametrize("own, is_local", [
    ({"RAY_AUTH_MODE": "disabled"}, True), ({"RAY_AUTH_TOKEN_PATH": "/x"}, True),
    ({"RAY_worker_niceness": "5"}, False)])
def test_what_the_user_has_set_stays(own, is_local, environment, monkeypatch):
    monkeypatch.delitem(sys.modules, "ray", raising=False)
    environment.update(own)
    set_environment(is_local)
    assert "RAY_AUTH_TOKEN" not in environment
    assert {key: environment[key] for key in own} == own
    assert environment["RAY_USAGE_STATS_ENABLED"] == "0"
