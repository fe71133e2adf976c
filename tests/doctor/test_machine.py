"""The checks of the machine, on simulated ones: memory, cores, disk."""

import pytest

from lth_keras.doctor import machine
from lth_keras.doctor.check import FINE, NOTE, WRONG
from tests.doctor.checks import by_name

GIB = 2**30


def a_machine(root, available, limit=None, used=0, cpu="max 100000"):
    (root / "proc").mkdir()
    (root / "proc/meminfo").write_text(f"MemTotal: 1 kB\nMemAvailable: {available // 1024} kB\n")
    group = root / "sys/fs/cgroup"
    group.mkdir(parents=True)
    (group / "cpu.max").write_text(cpu)
    if limit is not None:
        (group / "memory.max").write_text(f"{limit}\n")
        (group / "memory.current").write_text(f"{used}\n")
    return root


@pytest.mark.parametrize("available, limit, used, verdict, seen", [
    (8 * GIB, None, 0, FINE, "8.0 GiB free"),
    (8 * GIB, 5 * GIB, 2 * GIB, FINE, "3.0 GiB free"),
    (8 * GIB, 3 * GIB, 2 * GIB, WRONG, "1.0 GiB free"),
    (GIB, None, 0, WRONG, "1.0 GiB free"),
])
def test_memory_is_the_smaller_of_machine_and_container(
        tmp_path, available, limit, used, verdict, seen):
    root = a_machine(tmp_path, available, limit, used)
    check = by_name(machine.machine(tmp_path, root))["memory"]
    assert (check.verdict, check.seen) == (verdict, seen)


def test_a_quota_below_the_cores_is_noted(tmp_path, monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2, 3})
    root = a_machine(tmp_path, 8 * GIB, cpu="150000 100000")
    check = by_name(machine.machine(tmp_path, root))["cores"]
    assert check.verdict == NOTE and "1.5" in check.seen and "OMP_NUM_THREADS=1" in check.advice


def test_a_full_disk_is_wrong(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 10 * 2**20}))
    check = by_name(machine.machine(tmp_path / "not/there/yet"))["disk"]
    assert check.verdict == WRONG and "0.0 GiB" in check.seen
