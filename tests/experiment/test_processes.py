"""Runs as processes of their own: stopped by signals, killed, started twice."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest
from rich.console import Console

from lth_keras import files
from lth_keras.paths import RunPaths
from lth_keras.store.verification import verify
from tests import kill_injection

ROOT = pathlib.Path(__file__).resolve().parents[2]
GIN_FILE = str(ROOT / "gin" / "smoke" / "mnist_lt.gin")
LONG = (
    "Experiment.trials = 1", "Experiment.duration = '100000it'", "RewindingSchedule.rounds = 1",
    "Experiment.evaluate_every = '100000it'", "Experiment.variants = [@full/Variant()]",
    "ROUNDS = (1,)", "Experiment.jit = False",
)
FEW_NETWORKS = (
    "Experiment.variants = [@full/Variant(), @reinit/Variant(), @rigl/Variant(), "
    "@supermask/Variant()]", "ROUNDS = (1,)", "RewindingSchedule.rounds = 1", "RigL.every = '5it'",
)


def start(output, params):
    """The command as a person gives it, its output kept."""
    return subprocess.Popen(
        [sys.executable, "run.py", f"--gin_file={GIN_FILE}", f"--output_dir={output}",
         *(f"--gin_param={param}" for param in params)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.ci
def test_of_two_started_at_once_one_works_and_the_other_is_refused(tmp_path):
    short = (*LONG, "Experiment.duration = '2ep'", "Experiment.evaluate_every = '1ep'")
    both = [start(tmp_path, short) for _ in range(2)]
    said = {process.returncode: err for process in both for _, err in [process.communicate()]}
    assert set(said) == {0, 1}, said
    assert said[0] == "" and said[1].count("\n") == 1
    worker = next(process.pid for process in both if process.returncode == 0)
    assert f"is being worked on by process {worker} on" in said[1]
    (root,) = tmp_path.glob("*")
    assert verify(RunPaths(root)).findings == []


@pytest.mark.parametrize(
    "which", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.ci)])
def test_a_signal_ends_a_real_run_within_seconds(tmp_path, which):
    process = start(tmp_path, LONG)
    while not list(tmp_path.glob("*/trial_01/round_01/done.json")):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.1)
    time.sleep(2)  # well inside the long stretch of the full network
    process.send_signal(which)
    began = time.monotonic()
    _, said = process.communicate(timeout=60)
    assert time.monotonic() - began < 30
    assert process.returncode == 1
    assert f"stopped by {which.name}" in said and "Traceback" not in said
    (run_json,) = tmp_path.glob("*/run.json")
    assert files.read_sealed_json(run_json)["state"] == "stopped"
    (checkpoint,) = tmp_path.rglob("checkpoint.npz")
    assert json.loads(str(files.read_npz(checkpoint)["facts"]))["step"] > 0


@pytest.mark.ci
def test_signals_may_come_while_matrices_are_multiplied(tmp_path):
    # Without an alternate signal stack these processes abort within seconds, on
    # processors with AVX-512.
    program = """
from lth_keras.compat import tf
import os, signal
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
came = []
@tf.function(jit_compile=True)
def multiply(x, y, times):
    index, total = 0, tf.zeros([784, 300])
    while index < times:
        total += tf.matmul(x, y, transpose_a=True)
        index += 1
    return total
operands = tf.ones([128, 784]), tf.ones([128, 300])
multiply(*operands, tf.constant(1))
signal.signal(signal.SIGALRM, lambda *_: came.append(1))
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
for _ in range(15):
    product = multiply(*operands, tf.constant(100)).numpy()
    assert (product == 12800).all()
signal.setitimer(signal.ITIMER_REAL, 0)
assert len(came) > 10, came
"""
    (tmp_path / "program.py").write_text(program)  # AutoGraph reads the source.
    done = subprocess.run(
        [sys.executable, tmp_path / "program.py"], env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT, timeout=120, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.ci
def test_killed_processes_resume_to_the_same_bytes(tmp_path):
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.chdir(ROOT):
        struck, _, differing = kill_injection.trial(
            1, 1, tmp_path, Console(file=nowhere), FEW_NETWORKS)
    assert sum(struck.values()) == 1 and differing == []
