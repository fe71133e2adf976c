"""Checks of the installation: Python and the packages. Nothing here imports TensorFlow."""

import importlib.metadata
import platform
import sys

from lth_keras.doctor.check import FINE, NOTE, WRONG, Check
from lth_keras.program import installing

# The versions that the tests run with; BUILD.md lists them.
_TESTED_PYTHON = (3, 11)
_PACKAGES = ("tensorflow", "tf_keras", "tensorflow-model-optimization", "tensorflow-datasets",
             "gin-config", "numpy", "pandas", "scipy")


def installation():
    """The `Check`s of Python, of each package, and of Ray."""
    return [_python(), *map(_package, _PACKAGES), _keras_pair(), _ray()]


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _python():
    seen = platform.python_version()
    if sys.version_info < _TESTED_PYTHON:
        return Check("Python", seen, WRONG, "install Python 3.11")
    if sys.version_info[:2] != _TESTED_PYTHON:
        return Check("Python", seen, NOTE, "all tests were run with Python 3.11 only")
    return Check("Python", seen)


def _package(name):
    seen = _version(name)
    if seen is None:
        return Check(name, "is missing", WRONG, installing())
    return Check(name, seen, FINE)


def _keras_pair():
    pair = [_version(name) for name in ("tensorflow", "tf_keras")]
    if None in pair:
        return Check("Keras 2", "cannot be told", WRONG, installing())
    minors = [version.split(".")[:2] for version in pair]
    if minors[0] != minors[1]:
        return Check("Keras 2", f"tf_keras {pair[1]} beside TensorFlow {pair[0]}", WRONG,
                     f"the two need one minor version: {installing()}")
    return Check("Keras 2", f"tf_keras {pair[1]} fits TensorFlow {pair[0]}")


def _ray():
    seen = _version("ray")
    if seen is None:
        return Check("Ray", "not installed", NOTE,
                     f"only --workers of 2 or more needs it: {installing('cluster')}")
    return Check("Ray", seen)
