"""Training from disk needs less memory than the data, and resumes after a kill."""

import numpy as np
import pytest

from bench.beyond_memory import SHAPE, Training, write_archive

# Without any data the process has 1.3 GB of private memory, most of it never used. Loading these
# data into memory would hold them twice.
DATA_BYTES, LIMIT = 500_000_000, 1_800_000_000


@pytest.mark.ci
def test_what_does_not_fit_is_trained_from_disk_and_resumed_byte_for_byte(tmp_path):
    write_archive(tmp_path / "archive.npz", DATA_BYTES // int(np.prod(SHAPE)))
    killed = Training(tmp_path, "killed", "disk", steps=12, every=4, limit=LIMIT)
    killed.run(kill=True)
    killed.run()
    assert killed.peak["VmData"] <= LIMIT
    memory = Training(tmp_path, "memory", "memory", steps=12, every=4)
    memory.run()
    assert memory.peak["VmData"] > LIMIT
    assert len(memory.results()) > 3 and killed.results() == memory.results()
