"""Jobs on workers: the same bytes as one after the other, whoever is killed on the way."""

import contextlib
import hashlib
import importlib.util
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import types

import gin
import pytest

from lth_keras import files
from lth_keras.cluster.side_by_side import execute_side_by_side
from lth_keras.cluster.sweep import Sweep
from lth_keras.commands.main import main
from lth_keras.commands.train_runs import TrainOptions, _run_request, plan_runs
from lth_keras.errors import RunError
from lth_keras.experiment import execute
from lth_keras.experiment.train_job import do_job
from tests import small_experiments
from tests.reporters import SilentReporter

ROOT = pathlib.Path(__file__).resolve().parents[2]
GIN_FILE = str(ROOT / "gin" / "smoke" / "mnist_lt.gin")
SWEEP_FILE = str(ROOT / "gin" / "sweeps" / "learning_rate.gin")
SMALL = (
    *small_experiments.SMALL,
    "Experiment.duration = '30it'", "IMP.duration = '20it'", "RewindingSchedule.rounds = 1",
    "Experiment.evaluate_every = '5it'", "ROUNDS = (1,)", "Experiment.trials = 2",
    "Experiment.variants = [@full/Variant(), @ticket/Variant()]",
)
NETWORKS = 8
# With masks that change in training, and with masks that are learned.
CHANGING = (
    *SMALL, "Experiment.variants = [@full/Variant(), @ticket/Variant(), @gradual/Variant(), "
    "@set/Variant(), @rigl/Variant(), @snfs/Variant(), @supermask/Variant(), "
    "@edge_popup/Variant()]",
    *(f"{rule}.every = '5it'" for rule in ("GradualMagnitude", "SET", "RigL", "SNFS")),
)

# One core, so that a serial run has as many threads as a worker.
SERIAL = """
import os, sys
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from tests.cluster import test_side_by_side as here
here.serial(sys.argv[1])
sys.stdin.read()
here.serial(sys.argv[2])
"""


def wanted(output, workers=2, should_stop=None, params=SMALL):
    """(`TrainOptions`, the run) of the small experiment."""
    asked = TrainOptions((GIN_FILE,), params, str(output), None, 0, workers, None, True)
    (run,) = plan_runs(asked, Sweep().points(), should_stop)
    return asked, run


def serial(output):
    gin.clear_config()
    _, run = wanted(output, workers=1, params=CHANGING)
    execute(run.prepared, SilentReporter(), accept_other_versions=True)


def contents(root):
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for pattern in ("metrics.csv", "summary.csv", "*.npz", "*.gin")
        for path in root.rglob(pattern)
    }


def is_alive(process):
    try:
        return "\nState:\tZ" not in pathlib.Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def workers_of(process):
    """Ids of the workers among all descendants of a process."""
    descendants, family = [], [process]
    for parent in family:
        for thread in pathlib.Path(f"/proc/{parent}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                family.extend(map(int, thread.read_text().split()))
        with contextlib.suppress(OSError):
            if pathlib.Path(f"/proc/{parent}/cmdline").read_bytes().startswith(b"ray::Worker"):
                descendants.append(parent)
    return descendants


def wait_for_networks(output, number, driver):
    while len(list(output.glob("*/trial_*/*/done.json"))) < number:
        assert driver.poll() is None, (output / "log").read_text()
        time.sleep(0.05)


@pytest.mark.ci
def test_workers_give_the_serial_bytes_though_worker_and_driver_are_killed(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    two.mkdir()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with open(two / "log", "w") as log:
        driver = subprocess.Popen(
            [sys.executable, ROOT / "run.py", f"--gin_file={GIN_FILE}", "--workers=2",
             *(f"--gin_param={each}" for each in CHANGING), f"--output_dir={two}",
             "--checkpoint_minutes=0"],
            cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    alone = subprocess.Popen(
        [sys.executable, "-c", SERIAL, one, two], cwd=ROOT, env=environment,
        stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for_networks(two, 1, driver)
    killed, other = workers_of(driver.pid)
    os.kill(killed, signal.SIGKILL)
    wait_for_networks(two, 6, driver)
    workers = workers_of(driver.pid)
    assert other in workers and killed not in workers
    said = (two / "log").read_text()
    assert said.count("was lost") == 1 and said.count(": try 2 of 3") == 1
    assert f"its worker, process {killed} on" in said
    driver.kill()
    driver.wait()
    ends = time.monotonic() + 10
    while any(map(is_alive, workers)):
        assert time.monotonic() < ends, "workers outlive their driver"
        time.sleep(0.1)
    before = {path: path.stat().st_mtime_ns for path in two.glob("*/trial_*/*/done.json")}
    assert len(before) >= 6
    _, said = alone.communicate("go on\n", timeout=300)
    assert alone.returncode == 0, said
    assert {path: path.stat().st_mtime_ns for path in before} == before
    (one,), (two,) = (list(each.glob("mnist_lt-*")) for each in (one, two))
    assert contents(one) == contents(two)
    assert len(contents(one)) > 3 * NETWORKS


class InProcess:
    """A pool that does each job at once, in this process, except those that `lose` names."""

    def __init__(self, lose):
        self._lose, self._events = lose, []
        self.was_stopped = False

    def idle(self):
        return [types.SimpleNamespace(queued=None)]

    def give(self, slot, queued, request):
        if queued.key in self._lose:
            self._events.append(("lost", queued, "its worker was lost"))
        else:
            self._events.append(("done", queued, do_job(queued.job)))

    def events(self, seconds):
        events, self._events = self._events, []
        return events

    def stop(self):
        self.was_stopped = True


@pytest.mark.ci
def test_a_job_that_keeps_failing_is_reported_and_the_others_go_on(tmp_path):
    reporter = SilentReporter()
    asked, run = wanted(tmp_path)

    def go(pool, should_stop=None):
        execute_side_by_side(
            [(run.prepared, _run_request(asked, run), (), "")],
            lambda: contextlib.nullcontext(pool), reporter, 1, should_stop,
            accept_other_versions=True)

    with pytest.raises(RunError, match=r"1 of 8 networks failed \(1/round_01: its worker was lost"):
        go(InProcess([(0, 1, "round_01")]))
    assert reporter.started.count("trial 1 round_01") == 2
    assert "trial 1 ticket@01: left out: round_01 is not there" in reporter.lines
    (root,) = tmp_path.iterdir()
    header = files.read_sealed_json(root / "run.json")
    assert header["state"] == "failed"
    assert header["failed"] == {"1/round_01": "its worker was lost"}
    assert header["skipped"] == {"1/ticket@01": "round_01 is not there"}
    assert len(list(root.glob("trial_*/*/done.json"))) == NETWORKS - 2
    stopper, pool = iter([False]), InProcess([])
    with pytest.raises(RunError, match="stopped by a request"):
        go(pool, lambda: next(stopper, True))
    assert pool.was_stopped
    assert files.read_sealed_json(root / "run.json")["state"] == "stopped"
    go(InProcess([]))
    assert files.read_sealed_json(root / "run.json")["state"] == "done"
    assert len(list(root.glob("trial_*/*/done.json"))) == NETWORKS


def sweep(axes, output, *params):
    gin.clear_config()
    bindings = [*SMALL, "Dataset.name = 'mnist_5k'", "Experiment.trials = 1",
                "Experiment.variants = [@ticket/Variant()]", f"Sweep.axes = {axes!r}", *params]
    return main([f"--gin_file={SWEEP_FILE}", f"--output_dir={output}",
                 *(f"--gin_param={each}" for each in bindings)])


@pytest.mark.ci
def test_a_sweep_makes_a_run_per_point_and_a_comparison(tmp_path, capsys, undrawn):
    assert sweep({"Adam.learning_rate": [1e-3, 1e-2]}, tmp_path) == 0
    runs = sorted(path.parent for path in tmp_path.glob("*/run.json"))
    assert [run.name[:-9] for run in runs] == [
        "learning_rate_learning_rate_0.001", "learning_rate_learning_rate_0.01"]
    for run, rate in zip(runs, ("0.001", "0.01"), strict=True):
        header = files.read_sealed_json(run / "run.json")
        assert header["state"] == "done"
        assert header["configuration"]["optimizer"]["learning_rate"] == float(rate)
        own = (run / "config.gin").read_text()
        # Read again, it is a single run and not a sweep.
        assert f"Adam.learning_rate = {rate}" in own and "Sweep.axes = {}" in own
    (page,) = tmp_path.glob("*-comparison-*/comparison.html")
    assert all(run.name in page.read_text("utf-8") for run in runs)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")}
    assert sweep({"Adam.learning_rate": [1e-3, 1e-2]}, tmp_path) == 0
    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")}


@pytest.mark.parametrize("axes, said", [
    ({"Adam.learning_rat": [1, 2]}, "Sweep.axes, at Adam.learning_rat = 1: .*learning_rat"),
    ({"Adan.learning_rate": [1, 2]}, "Sweep.axes, at Adan.learning_rate = 1: .*Adan"),
    ({"Experiment.seed": [0, "x"]}, "Sweep.axes, at Experiment.seed = 'x': .*whole number"),
    ({"Experiment.seed": 3}, "Sweep.axes has 3 for 'Experiment.seed'; expected a list"),
    ({"Experiment.margin": [0.1, 0.2]}, "margin_0.1 and margin_0.2 are the same experiment"),
    ({"Resources.cpus": [1, 2]}, "which makes no other run"),
    ([1], "Sweep.axes is .1.; expected bindings"),
])
def test_a_bad_axis_is_one_line_before_anything_is_written(axes, said, tmp_path, capsys):
    assert sweep(axes, tmp_path) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert re.search(said, err), err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("flags, said", [
    (["--workers=2"], "--workers=2 needs Ray, which is not installed"),
    (["--ray_address=auto"], "--ray_address=auto needs Ray, which is not installed"),
    (["--workers=0"], "--workers=0; expected a whole number, at least 1"),
])
def test_without_ray_more_than_one_worker_says_what_to_install(flags, said, monkeypatch, capsys):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "ray" else find(name))
    assert main([f"--gin_file={GIN_FILE}", *flags]) == 2
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1
