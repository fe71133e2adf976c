"""Bytes are read only where a done.json vouches for them, and has their checksum."""

import numpy as np
import pytest

from lth_keras import files
from lth_keras.errors import RunError
from lth_keras.paths import RunPaths
from lth_keras.store import vouched
from tests.finished_networks import finish


@pytest.fixture
def paths(tmp_path):
    """A trial whose round 0 wrote θ_0, and whose ticket drew from a distribution."""
    paths = RunPaths(tmp_path)
    files.write_npz(paths.initial(1), {"a": np.zeros(1)})
    files.write_text(paths.network(1, "full") / "metrics.csv", "a\n")
    for name in ("round_00", "full"):
        finish(paths.network(1, name))
    return paths


def test_a_file_of_the_folder_has_to_be_named_there(paths):
    folder = paths.network(1, "full")
    assert vouched.text(folder, "metrics.csv") == "a\n"
    files.write_npz(folder / "optimizer.npz", {"a": np.zeros(1)})
    with pytest.raises(RunError, match="has no optimizer.npz: its done.json vouches for none"):
        vouched.arrays(folder, "optimizer.npz")


def test_a_changed_file_is_refused_each_time(paths):
    path = paths.network(1, "full") / "metrics.csv"
    checksum = vouched.digest(path)
    assert vouched.read_bytes(path, checksum) == b"a\n"
    path.write_text("b\n")
    for _ in range(2):
        with pytest.raises(RunError, match="metrics.csv is not what was stored"):
            vouched.read_bytes(path, checksum)
    assert vouched.digest(path) == files.sha256(path) != checksum


def test_round_0_vouches_for_what_all_networks_share(paths):
    assert vouched.trial_arrays(paths, 1, paths.initial(1))["a"].tolist() == [0.0]
    files.write_npz(paths.initial(2), {"a": np.zeros(1)})
    with pytest.raises(RunError, match="no finished network of trial 2 vouches for"):
        vouched.trial_arrays(paths, 2, paths.initial(2))


def test_text_is_utf_8(paths):
    folder = paths.network(1, "full")
    (folder / "metrics.csv").write_bytes(b"\xff\n")
    finish(folder)
    with pytest.raises(RunError, match="cannot read .*metrics.csv: 'utf-8'"):
        vouched.text(folder, "metrics.csv")
