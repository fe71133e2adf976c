"""Which job is next, who gets which cores, and the points of a sweep: no Ray, no training."""

import types

import pytest

from lth_keras.cluster.job_queue import JobQueue, QueuedJob
from lth_keras.cluster.ray_pool import _room
from lth_keras.cluster.resources import Resources, least_used
from lth_keras.cluster.sweep import Sweep
from lth_keras.errors import ConfigurationError


def task(name, needs=(), steps=10, trial=1, run=0, architecture="same"):
    variant = None
    if not name.startswith("round"):
        variant = types.SimpleNamespace(architecture=architecture)
    job = types.SimpleNamespace(trial=trial, name=name, needs=needs, variant=variant, round=0)
    return QueuedJob(run, job, steps)


def chain(trial=1, run=0):
    """Three rounds of 10 steps; a ticket after round 1 and a full network after round 0, of 40."""
    return [
        task("round_00", (), 10, trial, run), task("round_01", ("round_00",), 10, trial, run),
        task("round_02", ("round_01",), 10, trial, run),
        task("ticket", ("round_01",), 40, trial, run), task("full", ("round_00",), 40, trial, run),
    ]


def names(tasks):
    return [(each.job.trial, each.job.name) for each in tasks]


def test_what_is_ready_and_the_longest_chain_first():
    schedule = JobQueue(chain(1) + chain(2))
    assert names(schedule.ready()) == [(1, "round_00"), (2, "round_00")]
    assert schedule.longest_chain() == 60
    first, second = schedule.take(), schedule.take()
    assert names([first, second]) == [(1, "round_00"), (2, "round_00")]
    assert schedule.take() is None and not schedule.is_over
    schedule.settle(first)
    # round_01 leads to the ticket: 50 steps; the full network is 40.
    assert names([schedule.take(), schedule.take()]) == [(1, "round_01"), (1, "full")]


def test_every_task_is_handed_out_once_and_after_its_needs():
    schedule, order = JobQueue(chain(1) + chain(2)), []
    while not schedule.is_over:
        taken = schedule.take()
        assert all(need in [each.key for each in order] for need in taken.needs)
        order.append(taken)
        schedule.settle(taken)
    assert len({each.key for each in order}) == len(order) == 10
    assert schedule.longest_chain() == 0


def test_a_task_given_back_is_taken_again():
    schedule = JobQueue(chain())
    first = schedule.take()
    schedule.give_back(first)
    assert schedule.take() is first
    schedule.settle(first)
    assert names(schedule.ready()) == [(1, "round_01"), (1, "full")]


def test_a_worker_keeps_its_run_and_its_architecture():
    schedule = JobQueue(chain(run=0) + chain(run=1))
    assert schedule.take(held=task("round_00", run=1)).run == 1
    leaves = JobQueue([task(name, architecture=name) for name in ("narrow", "wide", "full")])
    assert leaves.take(held=task("x", architecture="wide")).job.name == "wide"
    assert leaves.take(held=task("x", architecture="wide")).job.name == "narrow"


@pytest.mark.parametrize("cores, taken, count, expected", [
    ([0, 1, 2, 3], [], 2, [0, 1]),
    ([0, 1, 2, 3], [(0, 1)], 2, [2, 3]),
    ([0, 1], [(0,), (1,)], 1, [0]),
    ([0, 1], [(0,), (1,), (0,)], 1, [1]),
    ([5], [(5,)], 3, [5]),
])
def test_workers_get_the_least_used_cores(cores, taken, count, expected):
    assert least_used(cores, taken, count) == expected


@pytest.mark.parametrize("resources, workers, cores, gpus, expected", [
    (Resources(), 2, 16, 0, (8, 0)), (Resources(), 3, 16, 1, (5, 1 / 3)),
    (Resources(), 2, 16, 3, (8, 1)),
    (Resources(), 4, 2, 0, (1, 0)), (Resources(cpus=2, gpus=0.5), 4, 16, 8, (2, 0.5)),
])
def test_a_machine_is_divided(resources, workers, cores, gpus, expected):
    divided = resources.divided(workers, cores, gpus)
    assert (divided.cpus, divided.gpus) == expected


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


def test_memory_follows_data_and_network_unless_given():
    assert Resources(memory_mb=700).memory(10**9, 10**9) == 700 * 10**6
    small, large = Resources().memory(0, 0), Resources().memory(10**8, 10**7)
    assert large - small == 5 * 10**8 + 12 * 10**7


@pytest.mark.parametrize("arguments", [
    {"cpus": 0}, {"cpus": 1.5}, {"gpus": -1}, {"gpus": 1.5}, {"memory_mb": "1G"}, {"retries": None},
    {"retries": True},
])
def test_bad_resources_are_refused(arguments):
    (name,) = arguments
    with pytest.raises(ConfigurationError, match=f"Resources.{name} is .*; expected"):
        Resources(**arguments)


def test_points_of_a_sweep():
    axes = {"Adam.learning_rate": [1e-3, 2e-3], "Experiment.optimizer": ["@SGD()"]}
    points = Sweep(axes).points()
    assert [point.label for point in points] == [
        "learning_rate_0.001_optimizer_SGD", "learning_rate_0.002_optimizer_SGD"]
    assert points[1].bindings == (
        "Adam.learning_rate = 0.002", "Experiment.optimizer = @SGD()", "Sweep.axes = {}")
    (only,) = Sweep().points()
    assert only.bindings == () and only.label == ""
