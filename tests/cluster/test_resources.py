"""Cores, GPUs and memory of a worker."""

import pytest

from lth_keras.cluster.resources import Resources, least_used
from lth_keras.errors import ConfigurationError


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
