"""The lock of a run: one writer, and it ends with the process that holds it."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from lth_keras.errors import RunError
from lth_keras.store import run_lock

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def other_writer(tmp_path):
    """A process that holds the lock of `tmp_path`."""
    program = (
        "import sys, time\nfrom lth_keras.store import run_lock\n"
        "with run_lock.hold(sys.argv[1]):\n    print('held', flush=True)\n    time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_second_writer_is_refused_and_a_dead_ones_lock_taken_over(tmp_path, other_writer):
    assert run_lock.is_held(tmp_path)
    with pytest.raises(RunError, match=f"process {other_writer.pid} on"), run_lock.hold(tmp_path):
        pass
    other_writer.kill()
    other_writer.wait()
    with run_lock.hold(tmp_path):
        assert json.loads((tmp_path / ".lock").read_text())["pid"] == os.getpid()


def test_a_lock_is_held_within_its_block_and_its_file_stays(tmp_path):
    assert not run_lock.is_held(tmp_path)  # There is no file yet.
    with run_lock.hold(tmp_path):
        assert run_lock.is_held(tmp_path)
        with pytest.raises(RunError, match=f"worked on by process {os.getpid()} on"):
            with run_lock.hold(tmp_path):
                pass
    assert not run_lock.is_held(tmp_path) and (tmp_path / ".lock").is_file()


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot write .*give an --output_dir"):
        with run_lock.hold(tmp_path / "file"):
            pass
