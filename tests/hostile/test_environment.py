"""Wrong clocks, signals, poor environments, and folders that cannot be written."""

import errno
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import pytest

from lth_keras import opening
from tests.hostile import origin as origins

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_a_clock_that_was_set_back(run, origin, capsys, monkeypatch):
    shutil.rmtree(run / "trial_01" / "ticket@02")
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - 1e8)
    monkeypatch.setattr(time, "time_ns", lambda: int((now() - 1e8) * 1e9))
    outcome = origins.answer(capsys, *origins.TRAIN, f"--output_dir={run.parent}")
    assert outcome.status == 0 and outcome.err == ""
    assert origins.contents(run) == origins.contents(origin)


def test_a_run_that_cannot_be_written(run, tmp_path, capsys, monkeypatch):
    shutil.rmtree(run / "trial_01" / "reinit@02")
    real = opening._open

    def read_only(name, flags, folder, mode=0):
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return real(name, flags, folder, mode)

    before = origins.fingerprint(run)
    monkeypatch.setattr(opening, "_open", read_only)
    for name, arguments in origins.commands(run, tmp_path).items():
        outcome = origins.answer(capsys, *arguments)
        assert origins.is_one_clear_line(outcome), (name, outcome)
        if name not in ("list", "verify"):
            assert outcome.status and "Read-only file system" in outcome.err, (name, outcome)
    assert origins.fingerprint(run) == before


def test_a_second_writer_is_refused(run, tmp_path, capsys):
    shutil.rmtree(run / "trial_01" / "ticket@02")
    holder = subprocess.Popen(
        [sys.executable, "-c", "import sys, time\nfrom lth_keras.store import run_lock\n"
         "with run_lock.hold(sys.argv[1]):\n    print('held', flush=True); time.sleep(60)",
         str(run)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert holder.stdout.readline() == "held\n"
        outcome = origins.answer(capsys, *origins.commands(run, tmp_path)["resume"])
        assert outcome.status == 1 and f"process {holder.pid}" in outcome.err
        # A reader is not refused, and the run was done before the network went.
        outcome = origins.answer(capsys, "list", f"--output_dir={run.parent}")
        assert outcome.status == 0 and outcome.err == ""
        (row,) = [each for each in outcome.out.splitlines() if run.name[:8] in each]
        assert "running" not in row and "missing" in outcome.out
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    outcome = origins.answer(capsys, *origins.commands(run, tmp_path)["resume"])
    assert outcome.status == 0


@pytest.mark.parametrize("value", ["garbage", "--nonsense=1", "--xla_x=1 -x", "/nowhere"])
def test_flags_that_xla_would_end_the_process_for(value, run, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", value)
    outcome = origins.answer(capsys, *origins.commands(run, tmp_path)["resume"])
    assert outcome.status == 2 and "XLA_FLAGS" in outcome.err
    assert origins.is_one_clear_line(outcome)
