"""The finished run of all hostile cases, made once for each test process."""

import gc
import os
import pathlib

import pytest

from tests.hostile import origin as origins


def pytest_collection_modifyitems(items):
    """All carry `ci`: they take two minutes, and .ci/run has a stage for them."""
    here = pathlib.Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.ci)


@pytest.fixture(scope="session")
def _quick():
    with pytest.MonkeyPatch.context() as patch, origins.quick(patch):
        yield


@pytest.fixture(scope="session")
def origin(_quick, tmp_path_factory):
    """The folder of a run, with an export's card and an analysis in it."""
    root = origins.made(tmp_path_factory.mktemp("origin"))
    # TensorFlow and the compiled networks stay until the end; the collector need not look at them
    # in each case.
    gc.collect()
    gc.freeze()
    return root


@pytest.fixture
def run(origin, tmp_path):
    """A copy of the finished run, which a case may damage; beside it files that must not change."""
    origins.beside(origin, tmp_path)
    return origins.copied(origin, tmp_path / "runs")


@pytest.fixture
def marker(tmp_path, monkeypatch):
    """A file that hostile code would make; no command may make it."""
    path = pathlib.Path(tmp_path) / "marker"
    monkeypatch.setenv("HOSTILE_MARKER", os.fspath(path))
    yield path
    assert not path.exists(), "code of the run was run"
