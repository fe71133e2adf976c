"""The checks of the installation: missing packages, Keras of another minor version."""

import importlib.metadata

import pytest

from lth_keras.doctor import installation
from lth_keras.doctor.check import FINE, NOTE, WRONG
from tests.doctor.checks import by_name


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
