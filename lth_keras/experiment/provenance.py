"""The facts in run.json about data, machine and versions."""

import datetime
import functools
import importlib.metadata
import os
import pathlib
import platform
import subprocess

import lth_keras
from lth_keras.compat import tf

_PACKAGES = (
    "tensorflow", "tf_keras", "tensorflow-model-optimization", "tensorflow-datasets",
    "gin-config", "absl-py", "numpy", "pandas", "scipy",
)


def now():
    """The time, in UTC, to the second, as ISO 8601."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


@functools.cache
def versions():
    """{package: version} of all packages that can change a number, and our own."""
    versions_of = {
        "python": platform.python_version(), "lth_keras": lth_keras.__version__,
        "commit": _commit(),
    }
    for package in _PACKAGES:
        try:
            versions_of[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions_of[package] = None
    return versions_of


@functools.cache
def installed():
    """{package: version} of all installed packages, so that a person can install the same."""
    packages = {}
    for package in importlib.metadata.distributions():
        name = package.metadata["Name"]  # The name is None if a package was only partly removed.
        if name is not None:
            packages.setdefault(name, package.version)  # Python imports the first one on the path.
    return dict(sorted(packages.items(), key=lambda item: item[0].lower()))


def machine():
    """Host, processor and devices."""
    devices = [
        tf.config.experimental.get_device_details(device).get("device_name", device.name)
        for device in tf.config.list_physical_devices("GPU")
    ]
    return {
        "host": platform.node(), "system": platform.platform(), "cores": os.cpu_count(),
        "processor": _processor(), "gpus": devices,
    }


def data_facts(data, fallback_changes=None):
    """Facts of the loaded data, with {setting: [bound, used]} for changes because of a fallback."""
    return {
        "name": data.name, "requested": data.requested, "fallback_reason": data.fallback_reason,
        "fingerprint": data.fingerprint, "input_shape": list(data.input_shape),
        "inputs": data.inputs.describe() if data.inputs else None,
        "classes": data.num_outputs,
        "examples": {split: data.size(split) for split in data.splits},
        "fallback_changes": {
            name: list(values) for name, values in (fallback_changes or {}).items()},
    }


def _commit():
    source = pathlib.Path(lth_keras.__file__).resolve().parent.parent
    if not (source / ".git").exists():
        return None
    try:
        described = subprocess.run(
            ["git", "-C", str(source), "describe", "--always", "--dirty", "--abbrev=12"],
            capture_output=True, text=True, timeout=10, check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return described.stdout.strip()


def _processor():
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or None
