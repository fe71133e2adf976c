"""The cache of a test."""

import pytest


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """A folder for decoded examples that no other test has."""
    monkeypatch.setenv("LTH_KERAS_CACHE", str(tmp_path / "cache"))
