"""Two processes on one machine train one run together; one of them is killed."""

import json
import os
import pathlib
import socket
import subprocess
import sys

import gin
import numpy as np
import pytest

from lth_keras import files
from lth_keras.commands import configuration
from lth_keras.experiment import execute, prepare
from lth_keras.paths import RunPaths
from lth_keras.store.masks_and_weights import read_masks
from lth_keras.store.verification import verify
from tests.experiment import multi_worker

pytestmark = pytest.mark.ci

PROGRAM = pathlib.Path(multi_worker.__file__)
UNITS = ("round_00", "round_01", "round_02", "ticket@02", "dense_matched@02")
# A network asks two to four times: the chief loses worker 1 in the second or the third of five.
KILL_AT = 6


def two_workers(folder, kill_at):
    """[(exit status, output)] of the chief and of worker 1, each with its own folder."""
    with socket.socket() as one, socket.socket() as two:
        for each in (one, two):
            each.bind(("127.0.0.1", 0))
        hosts = ",".join(f"127.0.0.1:{each.getsockname()[1]}" for each in (one, two))
    workers = [
        subprocess.Popen(
            [sys.executable, str(PROGRAM), str(folder / str(index)), hosts, str(index),
             str(kill_at if index else 0)],
            cwd=multi_worker.ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, "PYTHONPATH": str(multi_worker.ROOT)})
        for index in range(2)
    ]
    try:
        said = [worker.communicate(timeout=240)[0] for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
    return [(worker.returncode, text) for worker, text in zip(workers, said, strict=True)]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("two_workers")


@pytest.fixture(scope="module")
def killed(place):
    ended = two_workers(place, KILL_AT)
    (run_json,) = place.rglob("run.json")
    return ended, json.loads(run_json.read_text("utf-8")), [
        path.parent.name for path in place.rglob("done.json")]


@pytest.fixture(scope="module")
def finished(place, killed):
    ended = two_workers(place, 0)
    return ended, next(place.rglob("run.json")).parent


def test_a_killed_worker_ends_the_run_with_a_line(killed):
    (status, said), (others_status, _) = killed[0]
    assert others_status == -9
    assert status == 1, said
    line = said.strip().splitlines()[-1]
    assert line.startswith("error: worker 0 of 2 lost another worker, or its network")
    assert line.endswith("give the same commands again on all workers to go on")
    assert killed[1]["state"] == "failed" and "lost another worker" in killed[1]["reason"]
    assert {"round_00"} <= set(killed[2]) <= {"round_00", "round_01"}


def test_the_same_commands_go_on_to_the_end(finished):
    ended, root = finished
    assert [status for status, _ in ended] == [0, 0], ended
    assert "stored: trial 1 round_00" in ended[0][1]
    header = files.read_sealed_json(root / "run.json")
    assert header["state"] == "done"
    assert header["distribution"] == {"kind": "multi_worker_mirrored", "replicas": 2, "workers": 2}
    assert {path.parent.name for path in root.rglob("done.json")} == set(UNITS)
    assert not list(root.rglob("checkpoint.npz"))
    assert verify(RunPaths(root)).findings == []


def test_a_worker_can_be_stopped(finished):
    for _, said in finished[0]:
        assert "SIGTERM came to the program's own handler: True" in said


def test_only_the_chief_writes(place, finished):
    assert [path.name for path in place.iterdir()] == ["0"]


def test_its_numbers_are_one_devices(finished, tmp_path):
    root = finished[1]
    gin.clear_config()
    experiment = configuration.read(multi_worker.GIN_FILES, multi_worker.PARAMS)
    prepared = prepare(experiment, tmp_path)
    execute(prepared, multi_worker.Quiet())
    alone = prepared.context.paths.root
    assert alone.name == root.name
    for job in UNITS:
        masks = [read_masks(each / "trial_01" / job) for each in (alone, root)]
        for key, mask in masks[0].items():
            np.testing.assert_array_equal(mask, masks[1][key], err_msg=f"{job} {key}")
        weights = [files.read_npz(each / "trial_01" / job / "weights.npz")
                   for each in (alone, root)]
        for key, array in weights[0].items():
            np.testing.assert_allclose(
                array, weights[1][key], atol=1e-5, err_msg=f"{job} {key}")
