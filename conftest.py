"""What every test needs before TensorFlow is first imported, and after it used gin."""

import os

# TFMOT works on Keras 2 only; both are read when TensorFlow is first imported.
os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

# Under pytest-xdist every worker would take all cores, and each would wait for the others. XLA
# counts the cores a process may run on, so each worker is given its own.
_workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
if _workers > 1 and hasattr(os, "sched_setaffinity"):
    _cores = sorted(os.sched_getaffinity(0))
    _mine = int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw"))
    os.sched_setaffinity(0, set(_cores[_mine % len(_cores)::_workers]) or set(_cores))

import gin  # noqa: E402
import pytest  # noqa: E402

# The files that take longest, begun first: else one worker is left alone with them at the end.
_LONG = ("test_processes.py", "test_network_export.py", "test_side_by_side.py",
         "test_durability.py", "test_multi_worker.py", "test_packaged_experiments.py",
         "test_write_report.py", "test_report_of_odd_runs.py", "test_execute.py")


def pytest_collection_modifyitems(items):
    """The long files before the others, in the order above."""
    items.sort(key=lambda item: (
        _LONG.index(item.path.name) if item.path.name in _LONG else len(_LONG)))


@pytest.fixture(autouse=True)
def _gin_left_clean():
    """Bindings of one test must not reach the next; parsing also locks the configuration."""
    yield
    gin.clear_config()
