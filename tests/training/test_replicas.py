"""Several replicas give the numbers of one device, up to rounding; or they refuse."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from lth_keras.errors import ConfigurationError
from lth_keras.training import Adam, Mirrored, MultiWorkerMirrored, OneDevice, in_cluster

PROGRAM = pathlib.Path(__file__).with_name("two_devices.py")
ROOT = PROGRAM.parents[2]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(tmp_path_factory.mktemp("runs"))], cwd=ROOT,
        capture_output=True, text=True, timeout=280,
        env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.ci
def test_two_devices_train_as_one(outcome):
    # With augmentation, L2, a regularizer and masks, and an evaluation batch of odd size.
    assert outcome["step"] == 100 and outcome["moved"] > 0.1
    assert outcome["weights"] <= 1e-5
    assert outcome["totals"] <= 1e-3
    assert outcome["evaluations"] <= 1e-5
    assert outcome["traces"] == {"train": 1, "evaluate": 1}


@pytest.mark.ci
def test_three_rounds_find_the_same_masks(outcome):
    assert outcome["masks"]
    assert len(set(outcome["kept"])) == 4, "each round prunes"


@pytest.mark.ci
def test_where_it_trained_is_recorded_and_names_no_run(outcome):
    assert outcome["runs"][0] == outcome["runs"][1]
    assert outcome["distribution"] == {"kind": "mirrored", "replicas": 2, "workers": 1}


@pytest.mark.ci
def test_each_replica_drops_other_units(outcome):
    masks = np.array(outcome["replicas_masks"])
    assert masks.shape == (3, 2, 64)
    # Independent masks agree in half of the places, with a standard deviation of 3.6 % and 3.1 %.
    assert 0.3 < (masks[:, 0] == masks[:, 1]).mean() < 0.7
    assert 0.3 < (masks[:2] == masks[1:]).mean() < 0.7, "each step draws its own"


@pytest.mark.parametrize("what, message", [
    ("batch", "batch_size is 9 and there are 2 replicas"),
    ("jit", "XLA does not compile for several replicas"),
    ("midway", "kind mirrored -> one_device, replicas 2 -> 1"),
])
@pytest.mark.ci
def test_what_several_replicas_cannot_do(outcome, what, message):
    assert message in (outcome["refused"][what] or "nothing was refused")


def test_one_device_of_many_is_one_replica():
    replicas = Mirrored(("CPU:0",)).start()
    assert (replicas.count, replicas.strategy) == (1, None)


def test_a_named_device_gives_the_same_bytes(tiny, same):
    states = []
    for distribution in (OneDevice(), OneDevice("/device:CPU:0")):
        trainer = tiny.trainer(Adam(1e-2), replicas=distribution.start())
        trainer.load(tiny.start())
        trainer.train(tiny.order(), 9)
        states.append(trainer.state().weights)
    same(*states)


@pytest.mark.parametrize("make, message", [
    (lambda: OneDevice("GPU:99").start(), "'GPU:99'; expected devices of this machine: "),
    (lambda: Mirrored(("CPU:0", "TPU:0")).start(), "'TPU:0'"),
    (lambda: Mirrored("CPU:0"), "expected different devices"),
    (lambda: Mirrored(("CPU:0", "CPU:0")), "expected different devices"),
    (lambda: MultiWorkerMirrored(("localhost",), 0), "'localhost' is no worker"),
    (lambda: MultiWorkerMirrored(("a:1", "b:1"), 2), "is 2; expected 0 to 1"),
    (lambda: MultiWorkerMirrored(("a:1", "b:1")), "is None; expected 0 to 1"),
    (lambda: MultiWorkerMirrored(communication="mail"), "'mail'"),
    (lambda: in_cluster(OneDevice(), "a:1,b:1", 0), "add --gin_param='Experiment.distribution"),
    (lambda: in_cluster(MultiWorkerMirrored(), "a:1,b:1", None), "belong together"),
    (lambda: in_cluster(MultiWorkerMirrored(), None, 1), "belong together"),
])
def test_what_makes_no_sense_is_refused(make, message):
    with pytest.raises(ConfigurationError) as caught:
        make()
    assert message in str(caught.value)


@pytest.mark.parametrize("variables, message", [
    ({}, "nothing says who the workers are"),
    ({"SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "1"}, "nothing says who the workers are"),
    ({"SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "2"}, "SLURM's variables do not tell"),
    ({"TF_CONFIG": "worker 0"}, "TF_CONFIG is 'worker 0'"),
    ({"TF_CONFIG": '{"cluster": {"worker": "abc"}, "task": {"type": "worker", "index": 0}}'},
     "TF_CONFIG does not tell the workers: "),
    ({"TF_CONFIG": '{"cluster": {"worker": ["a:1"]}}'}, "TF_CONFIG is"),
    ({"TF_CONFIG": '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 3}}'},
     "this process is 'worker' 3 of"),
    ({"TF_CONFIG": '{"cluster": {"worker": ["a:1"], "ps": ["b:1"]}, '
                   '"task": {"type": "worker", "index": 0}}'}, "and no others"),
])
def test_who_the_workers_are_has_to_be_clear(monkeypatch, variables, message):
    for name in ("TF_CONFIG", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_STEP_NODELIST"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        MultiWorkerMirrored().start()
    assert message in str(caught.value)


def test_slurms_variables_name_the_workers(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    for name, value in {"SLURM_PROCID": "2", "SLURM_STEP_NUM_TASKS": "3",
                        "SLURM_STEP_NODELIST": "node[1-2]",
                        "SLURM_STEP_TASKS_PER_NODE": "2,1"}.items():
        monkeypatch.setenv(name, value)
    resolver = MultiWorkerMirrored(port=7000)._resolver()
    assert resolver.cluster_spec().as_dict() == {
        "worker": ["node1:7000", "node1:7001", "node2:7000"]}
    assert (resolver.task_type, resolver.task_id) == ("worker", 2)


def test_flags_win_over_the_binding():
    made = in_cluster(MultiWorkerMirrored(port=9), "a:1,b:2", 1)
    assert made == dataclasses.replace(
        MultiWorkerMirrored(port=9), hosts=("a:1", "b:2"), index=1)
