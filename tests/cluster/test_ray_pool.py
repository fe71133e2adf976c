"""How many workers fit on a cluster's nodes, and how evaluations come to the driver."""

import types

import pytest

from lth_keras.cluster.ray_pool import RayPool, _room
from lth_keras.cluster.resources import Resources


@pytest.mark.parametrize("nodes, cpus, gpus, memory, expected", [
    ([{"CPU": 8, "memory": 10e9}], 2, 0, 1e9, 4),
    ([{"CPU": 8, "memory": 10e9}], 2, 0, 4e9, 2),
    ([{"CPU": 8, "memory": 10e9}, {"CPU": 1, "memory": 10e9}], 2, 0, 1e9, 4),
    ([{"CPU": 8, "memory": 10e9, "GPU": 2}], 1, 0.4, 1e9, 4),
    ([{"CPU": 8, "memory": 10e9, "GPU": 3}], 1, 1 / 3, 1e9, 8),
    ([{"CPU": 8, "memory": 10e9}], 1, 1, 1e9, 0),
])
def test_room_for_workers(nodes, cpus, gpus, memory, expected):
    assert _room(nodes, Resources(cpus=cpus, gpus=gpus), memory) == expected


class Reference:
    """Ray's reference to a future answer."""

    def __init__(self, answer):
        self.answer = answer


class Answered:
    """Stands for Ray, with one worker that answers at once."""

    exceptions = types.SimpleNamespace(RayError=RuntimeError)

    @staticmethod
    def wait(references, num_returns, timeout):
        return list(references), []

    @staticmethod
    def get(reference):
        return reference.answer


def test_only_new_evaluations_of_the_workers_own_job_are_passed_on():
    job = types.SimpleNamespace(trial=1, name="full")
    queued = types.SimpleNamespace(job=job)
    mine, other = ("run", 1, "full"), ("run", 1, "round_00")
    first, second = (types.SimpleNamespace(step=step) for step in (5, 10))
    seen = iter([(mine, first), (mine, first), (other, second), None, (mine, second), None])
    actor = types.SimpleNamespace(
        look=types.SimpleNamespace(remote=lambda: Reference(next(seen))))
    slot = types.SimpleNamespace(state="idle", actor=actor, queued=None, request=None, seen=-1)
    actor.do = types.SimpleNamespace(remote=lambda *asked: asked)
    pool = RayPool.__new__(RayPool)
    pool._ray, pool._slots = Answered, [slot]
    pool.give(slot, queued, types.SimpleNamespace(run="run"))
    rounds = [pool._evaluations() for _ in range(5)]
    assert rounds == [[("seen", queued, first)], [], [], [], [("seen", queued, second)]]
