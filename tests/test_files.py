"""Files that are whole or absent, and whose bytes depend on their contents alone."""

import errno
import os
import time

import numpy as np
import pytest

from lth_keras import files
from lth_keras.errors import RunError

ARRAYS = {
    "fc1/kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
    "fc1/bias": np.array([], np.float32),
    "mask": np.array([True, False]),
}


@pytest.mark.parametrize("compress", [False, True])
def test_npz_round_trip(tmp_path, compress):
    files.write_npz(tmp_path / "a.npz", ARRAYS, compress)
    read = files.read_npz(tmp_path / "a.npz")
    assert set(read) == set(ARRAYS)
    for key, array in ARRAYS.items():
        assert read[key].dtype == array.dtype
        np.testing.assert_array_equal(read[key], array)


def test_npz_bytes_depend_on_neither_time_nor_order(tmp_path, monkeypatch):
    files.write_npz(tmp_path / "a.npz", ARRAYS)
    monkeypatch.setattr(time, "time", lambda: 2e9)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(2e9))
    files.write_npz(tmp_path / "b.npz", dict(reversed(ARRAYS.items())))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_pickled_objects_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", evil=np.array([{}], object))
    with pytest.raises(RunError, match="cannot read"):
        files.read_npz(tmp_path / "a.npz")
    with pytest.raises(ValueError):
        files.write_npz(tmp_path / "b.npz", {"evil": np.array([{}], object)})
    assert not (tmp_path / "b.npz").exists()


@pytest.mark.parametrize("damage", [
    lambda content: content[: len(content) // 2], lambda content: b"", lambda content: b"PK junk",
])
def test_damaged_npz(tmp_path, damage):
    files.write_npz(tmp_path / "a.npz", ARRAYS)
    (tmp_path / "a.npz").write_bytes(damage((tmp_path / "a.npz").read_bytes()))
    with pytest.raises(RunError, match="cannot read .*a.npz"):
        files.read_npz(tmp_path / "a.npz")


@pytest.mark.parametrize("read", [files.read_npz, files.read_json])
def test_missing(tmp_path, read):
    with pytest.raises(RunError, match="cannot read"):
        read(tmp_path / "none")


def test_json_keys_are_sorted_and_text_is_utf8(tmp_path):
    files.write_json(tmp_path / "a.json", {"b": "θ", "a": [1, None]})
    text = (tmp_path / "a.json").read_text("utf-8")
    assert text.index('"a"') < text.index('"b"') and "θ" in text and text.endswith("}\n")
    assert files.read_json(tmp_path / "a.json") == {"a": [1, None], "b": "θ"}


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_failed_write_leaves_what_was_there_and_nothing_else(tmp_path, monkeypatch, broken):
    files.write_text(tmp_path / "a.txt", "before")

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, broken, full)
    with pytest.raises(RunError, match="No space left on device; make room, then give the same"):
        files.write_text(tmp_path / "a.txt", "after")
    monkeypatch.undo()
    assert (tmp_path / "a.txt").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_an_interrupted_write_leaves_what_was_there(tmp_path, monkeypatch):
    files.write_text(tmp_path / "a.txt", "before")

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        files.write_text(tmp_path / "a.txt", "after")
    assert (tmp_path / "a.txt").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot write"):
        files.write_text(tmp_path / "file" / "below.txt", "x")


def test_sha256(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert files.sha256(tmp_path / "a") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")


@pytest.mark.parametrize("compress", [False, True])
def test_an_archive_with_any_bit_flipped_is_read_or_refused(tmp_path, compress):
    path = tmp_path / "a.npz"
    files.write_npz(path, {"a/b": np.arange(40) % 7 > 2, "c": np.float32([1, 2])}, compress)
    whole, refused = path.read_bytes(), 0
    for position in range(len(whole)):
        for bit in (0, 3, 7):
            path.write_bytes(
                whole[:position] + bytes([whole[position] ^ 1 << bit]) + whole[position + 1:])
            try:
                files.read_npz(path)
            except RunError as error:
                refused += 1
                assert str(path) in str(error)
    assert refused > len(whole)


@pytest.mark.parametrize("text, said", [
    ('{"a": 1, "a": 2}', "stands twice"), ('{"a": "\\ud800"}', "surrogates"),
    ("[" * 100_000, "recursion|depth"), ("\xff", "utf-8|Expecting"), ("1" * 5000, "digits"),
])
def test_json_that_is_refused(text, said, tmp_path):
    (tmp_path / "a.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(RunError, match=f"cannot read .*({said})"):
        files.read_json(tmp_path / "a.json")


def test_room_is_asked_for_only_where_there_is_none(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="; mend the place, then give the same command again"):
        files.write_text(tmp_path / "file" / "a.txt", "x")
