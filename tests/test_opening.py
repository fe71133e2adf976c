"""Only regular files of bounded size are opened, and inside a run no link is followed."""

import os

import pytest

from lth_keras import files, opening
from lth_keras.errors import RunError
from lth_keras.paths import RunPaths


@pytest.fixture
def run(tmp_path):
    """A run's folder with a file in a folder, and a file beside the run."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a").write_bytes(b"theirs")
    (tmp_path / "run" / "trial_01").mkdir(parents=True)
    (tmp_path / "run" / "trial_01" / "a").write_bytes(b"ours")
    return RunPaths(tmp_path / "run").root


def _link_folder(run):
    (run / "trial_01" / "a").unlink()
    (run / "trial_01").rmdir()
    (run / "trial_01").symlink_to(run.parent / "outside")


def _link_file(run):
    (run / "trial_01" / "a").unlink()
    (run / "trial_01" / "a").symlink_to(run.parent / "outside" / "a")


def _pipe(run):
    (run / "trial_01" / "a").unlink()
    os.mkfifo(run / "trial_01" / "a")


def _folder(run):
    (run / "trial_01" / "a").unlink()
    (run / "trial_01" / "a").mkdir()


@pytest.mark.parametrize("change", [_link_folder, _link_file, _pipe, _folder])
def test_what_is_no_file_of_the_run_is_not_read(run, change):
    change(run)
    path = run / "trial_01" / "a"
    assert not opening.is_file(path)
    for read in (files.read_bytes, files.read_json, files.read_npz):
        with pytest.raises(RunError, match="cannot read .*(link|no regular file|directory)"):
            read(path)
    with pytest.raises(OSError):
        files.sha256(path)


def test_a_write_goes_through_no_link_and_replaces_one(run):
    _link_file(run)
    files.write_bytes(run / "trial_01" / "a", b"new")
    assert (run / "trial_01" / "a").read_bytes() == b"new"
    assert (run.parent / "outside" / "a").read_bytes() == b"theirs"


def test_nothing_is_written_moved_or_removed_behind_a_link(run):
    _link_folder(run)
    with pytest.raises(RunError, match="link"):
        files.write_bytes(run / "trial_01" / "b", b"new")
    with pytest.raises(OSError):
        opening.move(run / "trial_01" / "a", run / "elsewhere")
    with pytest.raises(OSError):
        opening.remove(run / "trial_01" / "a")
    assert opening.entries(run / "trial_01") == ()
    files.remove_temporaries(run)
    assert [path.name for path in (run.parent / "outside").iterdir()] == ["a"]


def test_when_a_file_was_written(run):
    path = run / "trial_01" / "a"
    os.utime(path, (0, 1234.5))
    assert opening.written_at(path) == 1234.5
    assert opening.written_at(run / "trial_01" / "nothing") is None
    _link_folder(run)
    assert opening.written_at(path) is None


def test_a_run_may_itself_be_reached_by_a_link(run):
    link = run.parent / "link"
    link.symlink_to(run)
    RunPaths(link)
    assert files.read_bytes(link / "trial_01" / "a") == b"ours"
    files.write_bytes(link / "trial_01" / "b" / "c", b"new")
    assert (run / "trial_01" / "b" / "c").read_bytes() == b"new"


def test_outside_a_run_links_are_followed_and_pipes_are_not(run):
    link = run.parent / "outside" / "link"
    link.symlink_to("a")
    assert files.read_bytes(link) == b"theirs"
    os.mkfifo(run.parent / "outside" / "pipe")
    with pytest.raises(RunError, match="no regular file"):
        files.read_bytes(run.parent / "outside" / "pipe")


def test_a_file_larger_than_allowed_is_not_read(run):
    os.truncate(run / "trial_01" / "a", 10**12)
    with pytest.raises(RunError, match="1,000,000,000,000 bytes; expected at most"):
        files.read_bytes(run / "trial_01" / "a")


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "none/of/it", "a/below"])
def test_names_that_are_none(run, name):
    path = run / "trial_01" / name
    assert not opening.is_file(path) and not opening.exists(path)
    assert opening.entries(path) == ()
    with pytest.raises(RunError, match="cannot read"):
        files.read_bytes(path)


def test_no_descriptor_is_left_open(run):
    before = len(os.listdir("/proc/self/fd"))
    for change in (_link_file, _pipe):
        change(run)
        for _ in range(5):
            opening.is_file(run / "trial_01" / "a")
            with pytest.raises(RunError):
                files.read_bytes(run / "trial_01" / "a")
            files.write_bytes(run / "trial_01" / "b", b"x")
    assert len(os.listdir("/proc/self/fd")) == before
