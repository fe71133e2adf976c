"""The doctor's checks on simulated machines and installations."""

import importlib.metadata

import numpy as np
import pytest

from lth_keras.commands.main import main
from lth_keras.doctor import data_sets, devices, installation, machine
from lth_keras.doctor.check import FINE, NOTE, WRONG, Check

GIB = 2**30


def by_name(checks):
    return {check.name: check for check in checks}


@pytest.fixture
def versions(monkeypatch):
    """Sets the versions that importlib.metadata gives; None means not installed."""
    def set_to(**known):
        real = importlib.metadata.version

        def version(name):
            if name not in known:
                return real(name)
            if known[name] is None:
                raise importlib.metadata.PackageNotFoundError(name)
            return known[name]

        monkeypatch.setattr(importlib.metadata, "version", version)

    return set_to


def test_this_installation_is_fine():
    verdicts = {check.name: check.verdict for check in installation.installation()}
    assert verdicts["tensorflow"] == verdicts["Keras 2"] == verdicts["Ray"] == FINE


def test_keras_of_another_minor_version_is_wrong(versions):
    versions(tf_keras="2.20.0", tensorflow="2.21.0")
    check = by_name(installation.installation())["Keras 2"]
    assert check.verdict == WRONG and "2.20.0" in check.seen and "pip install" in check.advice


def test_a_missing_package_is_wrong_and_missing_ray_a_note(versions):
    versions(numpy=None, ray=None)
    checks = by_name(installation.installation())
    assert checks["numpy"].verdict == WRONG and checks["Ray"].verdict == NOTE


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


@pytest.mark.parametrize("sets, reachable, verdicts", [
    (("mnist/3.0.1", "cifar10/3.0.2"), True, (FINE, FINE)),
    ((), False, (NOTE, NOTE)),
])
def test_data_sets(tmp_path, sets, reachable, verdicts):
    for name in sets:
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "dataset_info.json").write_text("{}")
    checks = by_name(data_sets.data_sets(str(tmp_path), lambda: reachable))
    assert (checks["prepared data"].verdict, checks["downloads"].verdict) == verdicts
    assert all(name.split("/")[0] in checks["prepared data"].seen for name in sets)


def test_a_data_folder_that_is_not_there_is_wrong(tmp_path):
    checks = by_name(data_sets.data_sets(str(tmp_path / "nowhere"), lambda: True))
    assert checks["prepared data"].verdict == WRONG


def test_a_driver_without_a_gpu_in_tensorflow_is_wrong(monkeypatch):
    monkeypatch.setattr(devices, "_has_driver", lambda: True)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert devices._gpu([]).verdict == WRONG
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert devices._gpu([]).verdict == NOTE


def test_numbers_of_two_devices_are_compared(monkeypatch):
    trained = devices._trained("CPU:0")
    monkeypatch.setattr(devices, "_trained", lambda device: trained)
    assert devices._same_numbers().verdict == FINE
    results = {"CPU:0": trained, "GPU:0": [trained[0] + np.float32(0.1), *trained[1:]]}
    monkeypatch.setattr(devices, "_trained", results.get)
    assert devices._same_numbers().verdict == WRONG
    results["GPU:0"] = [np.full_like(trained[0], np.nan), *trained[1:]]
    assert devices._same_numbers().verdict == WRONG


def test_the_command_prints_every_check_and_fails_where_one_is_wrong(capsys, monkeypatch):
    monkeypatch.setattr("lth_keras.commands.doctor_command.data_sets", lambda _: [])
    assert main(["doctor"]) == 0
    assert "tf_keras" in capsys.readouterr().out
    monkeypatch.setattr("lth_keras.commands.doctor_command.machine",
                        lambda _: [Check("disk", "full", WRONG, "make room")])
    assert main(["doctor"]) == 1
    captured = capsys.readouterr()
    assert "make room" in captured.out and captured.err.startswith("error: disk:")
