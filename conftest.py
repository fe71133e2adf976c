"""What every test needs before TensorFlow is first imported, and after it used gin."""

import os

# TFMOT works on Keras 2 only; both are read when TensorFlow is first imported.
os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

# Under pytest-xdist every worker would take all cores, and each would wait for the others.
_workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
if _workers > 1:
    _threads = str(max(1, (os.cpu_count() or 1) // _workers))
    for _variable in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(_variable, _threads)

import gin  # noqa: E402
import pytest  # noqa: E402


@pytest.fixture(autouse=True)
def _gin_left_clean():
    """Bindings of one test must not reach the next; parsing also locks the configuration."""
    yield
    gin.clear_config()
