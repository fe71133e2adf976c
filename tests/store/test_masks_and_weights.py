"""What is stored of a network, read from files that are whole, altered or missing."""

import numpy as np
import pytest

from lth_keras import files
from lth_keras.errors import RunError
from lth_keras.paths import RunPaths
from lth_keras.store import masks_and_weights as reader
from tests.finished_networks import finish

MASK = np.array([[True, False], [False, True]])


@pytest.fixture
def paths(tmp_path):
    """A trial with θ_0 of ones, θ_k of twos, and three networks, one with a start of threes."""
    paths = RunPaths(tmp_path)
    for name in ("round_00", "round_01", "ticket@01"):
        files.write_npz(paths.network(1, name) / "masks.npz", {"fc/kernel": MASK})
    for path, value in (
        (paths.initial(1), 1.0), (paths.rewind(1), 2.0),
        (paths.network(1, "ticket@01") / "initial.npz", 3.0),
    ):
        files.write_npz(path, {"fc/kernel": np.full((2, 2), value, np.float32),
                               "fc/bias": np.full(2, value, np.float32)})
    for name in ("round_00", "round_01", "ticket@01"):
        finish(paths.network(1, name))
    return paths


@pytest.mark.parametrize("stored", [MASK, MASK.astype(np.float32), MASK.astype(np.int64)])
def test_masks_are_bool_whatever_numbers_hold_them(tmp_path, stored):
    folder = tmp_path / "trial_01" / "full"
    files.write_npz(folder / "masks.npz", {"fc/kernel": stored})
    (mask,) = reader.read_masks(finish(folder)).values()
    assert mask.dtype == bool and mask.tolist() == MASK.tolist()


@pytest.mark.parametrize("value", [0.5, 2.0, -1.0, np.nan])
def test_what_is_no_mask_is_refused(tmp_path, value):
    folder = tmp_path / "trial_01" / "full"
    files.write_npz(folder / "masks.npz", {"fc/kernel": np.array([1.0, value])})
    with pytest.raises(RunError, match="values at fc/kernel other than 0 and 1"):
        reader.read_masks(finish(folder))


@pytest.mark.parametrize("name, read", [
    ("round_01/masks.npz", lambda paths: reader.read_masks(paths.network(1, "round_01"))),
    ("ticket@01/initial.npz", lambda paths: reader.read_start_file(paths, 1, "ticket@01")),
    ("initial.npz", lambda paths: reader.read_initial(paths, 1)),
    ("rewind.npz", lambda paths: reader.read_start(paths, 1, "round_01")),
])
def test_a_file_with_a_changed_bit_is_refused_also_when_it_was_read_before(paths, name, read):
    read(paths)
    path = paths.trial(1) / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(RunError, match=f"{path.name} is not what was stored"):
        read(paths)


def test_a_folder_in_another_ones_place_is_refused(paths):
    paths.network(1, "ticket@01").rename(paths.network(1, "reinit@01"))
    with pytest.raises(RunError, match="is that of ticket@01 of trial 1"):
        reader.read_masks(paths.network(1, "reinit@01"))


@pytest.mark.parametrize("name, value", [("round_00", 1.0), ("round_01", 2.0), ("ticket@01", 3.0)])
def test_a_network_starts_from_its_own_file_or_from_the_trials(paths, name, value):
    start = reader.read_start(paths, 1, name)
    assert start["fc/kernel"].tolist() == (MASK * value).tolist()  # Pruned weights are zero.
    assert start["fc/bias"].tolist() == [value, value]
    assert (reader.read_start_file(paths, 1, name)["fc/kernel"] == value).all()


def test_the_trials_points_are_read_without_a_mask(paths):
    assert (reader.read_initial(paths, 1)["fc/kernel"] == 1).all()
    assert (reader.read_rewind(paths, 1)["fc/kernel"] == 2).all()


@pytest.mark.parametrize("read", [
    lambda paths: reader.read_masks(paths.network(1, "full")),
    lambda paths: reader.read_weights(paths.network(1, "round_00")),
    lambda paths: reader.read_optimizer(paths.network(1, "round_00")),
    lambda paths: reader.read_start(paths, 1, "full"),
    lambda paths: reader.read_initial(paths, 2),
    lambda paths: reader.read_rewind(paths, 2),
    lambda paths: reader.read_rewind_optimizer(paths, 1),
])
def test_what_is_missing_is_named(paths, read):
    with pytest.raises(RunError, match=r"(cannot read|has no|vouches for) .*(npz|done.json)"):
        read(paths)


def test_changed_and_missing_files_are_listed_in_their_order(tmp_path):
    for name in ("b", "a", "c"):
        (tmp_path / name).write_text(name)
    checksums = {name: files.sha256(tmp_path / name) for name in ("b", "a", "c")}
    assert reader.changed_files(tmp_path, checksums) == []
    (tmp_path / "b").write_text("another")
    (tmp_path / "c").unlink()
    assert reader.changed_files(tmp_path, checksums) == ["b", "c"]
    assert reader.is_unchanged(tmp_path / "a", checksums["a"])
    assert not reader.is_unchanged(tmp_path, checksums["a"])  # A folder is no file.
