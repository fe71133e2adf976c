"""A file larger than its model's arrays is refused before it is read or unpacked."""

import os
import zipfile

import numpy as np
import pytest

from lth_keras import files, opening
from lth_keras.errors import RunError
from lth_keras.paths import RunPaths
from lth_keras.store import masks_and_weights, vouched
from lth_keras.store.bounds import most_bytes
from tests.finished_networks import revouch
from tests.made_up_runs import MadeUpRun

# Two kernels of 96 and 18 float32, and what an archive needs beside.
MOST = 4 * (96 + 18) + 2 * 2048


@pytest.fixture
def run(tmp_path):
    build = MadeUpRun(tmp_path / "run")
    build.network(1, "imp", 0, 1)
    return RunPaths(build.finish())


def test_the_models_variables_say_how_large(run):
    folder = run.network(1, "round_00")
    for path in (folder / "weights.npz", folder / "masks.npz", run.initial(1), run.rewind(1)):
        assert most_bytes(path) == MOST and path.stat().st_size < MOST
    for path in (folder / "optimizer.npz", run.metrics, run.root / "weights.npz"):
        assert most_bytes(path) == opening.MOST
    run.run_json.write_text("{}")
    assert most_bytes(run.initial(1)) == opening.MOST


def test_a_larger_file_is_not_read(run, monkeypatch):
    path = run.network(1, "round_00") / "weights.npz"
    os.truncate(path, MOST + 1)
    monkeypatch.setattr(files.hashlib, "file_digest", None)  # Nothing is hashed.
    with pytest.raises(RunError, match=f"has 4,553 bytes; expected at most {MOST:,}"):
        vouched.digest(path)
    with pytest.raises(RunError, match="expected at most"):
        masks_and_weights.read_weights(path.parent)


def test_nor_is_an_archive_unpacked_that_claims_more(run, monkeypatch):
    folder = run.network(1, "round_00")
    with zipfile.ZipFile(folder / "weights.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("fc1/kernel.npy", bytes(100_000))
    revouch(folder)
    monkeypatch.setattr(np.lib.format, "read_magic", None)
    with pytest.raises(RunError, match="claims to hold 100,000 bytes; the model's arrays take"):
        masks_and_weights.read_weights(folder)
