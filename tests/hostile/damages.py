"""Damages to a file of a run and to its content, as functions of its path."""

import io
import json
import os
import random
import shutil
import zipfile

import numpy as np

from lth_keras import files
from tests.json_places import places

# Values of many types and sizes.
VALUES = (
    None, True, False, 0, -1, 1, 2**63, 10**400, 0.5, -0.5, 1e308, float("nan"), float("inf"), "",
    "x", "../../outside", "/etc/passwd", "a/b", "\x1b]0;t\x07", "[/x]", "<script>", "$x$", "x\0y",
    "x" * 300, "\u202e", [], [[]], [None], {}, {"": 0}, {"class_name": "Lambda"}, [1, "round_00"],
)


def a_bit(path):
    """One bit in the middle."""
    content = bytearray(path.read_bytes() or b"\0")
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def a_byte(path):
    """Changes one byte, at a place that the name decides."""
    content = bytearray(path.read_bytes() or b"\0")
    place = random.Random(path.name).randrange(len(content))
    content[place] = (content[place] + 77) % 256
    path.write_bytes(content)


def a_block(path):
    """A block of zeros."""
    content = bytearray(path.read_bytes() or b"\1")
    start = len(content) // 3
    content[start:start + 512] = bytes(len(content[start:start + 512]))
    path.write_bytes(content)


def half(path):
    """Cut to half of its length."""
    os.truncate(path, path.stat().st_size // 2)


def empty(path):
    """Nothing in it."""
    path.write_bytes(b"")


def junk(path):
    """Random bytes replace the content."""
    path.write_bytes(random.Random(path.name).randbytes(200))


def gone(path):
    """Removed."""
    path.unlink()


def a_link(path):
    """A link to the same bytes outside the run."""
    target = _outside(path) / "theirs"
    target.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(target)


def a_dangling_link(path):
    """A link that leads nowhere."""
    path.unlink()
    path.symlink_to(_outside(path) / "nothing")


def a_pipe(path):
    """A pipe, into which nobody writes."""
    path.unlink()
    os.mkfifo(path)


def a_folder(path):
    """A folder of that name."""
    path.unlink()
    path.mkdir()


def huge(path):
    """A sparse file of a terabyte."""
    os.truncate(path, 10**12)


def another_runs(path):
    """The same file of another run."""
    root = next(each for each in path.parents if (each / "run.json").exists())
    other = _outside(path).parent / "other"
    shutil.copyfile(other / path.relative_to(root), path)


DAMAGES = (a_bit, a_byte, a_block, half, empty, junk, gone, a_link, a_dangling_link, a_pipe,
           a_folder, huge)


def link_of_folder(path):
    """A folder moved out of the run, and a link to it in its place."""
    target = _outside(path) / path.name
    shutil.move(path, target)
    path.symlink_to(target)


def file_for_folder(path):
    """A file in a folder's place."""
    shutil.rmtree(path)
    path.write_bytes(b"no folder")


def another_value(path, chance):
    """Any value at any key of a JSON file, under a seal that fits."""
    content = files.read_json(path)
    sealed = content.pop("seal", None) is not None
    parent, key = chance.choice(list(places(content)))
    how = chance.randrange(4)
    if how == 0:
        parent.pop(key)
    elif how == 1 and isinstance(parent, dict):
        parent[f"{key}_more"] = chance.choice(VALUES)
    else:
        parent[key] = chance.choice(VALUES)
    write = files.write_sealed_json if sealed else files.write_json
    write(path, content)


def resealed(path, change):
    """Changes a sealed JSON file by `change(content)` and seals it again."""
    content = files.read_sealed_json(path)
    change(content)
    files.write_sealed_json(path, content)


def rearranged(path, change):
    """Changes an archive's arrays by `change(arrays)`, and has its network vouch for it."""
    arrays = files.read_npz(path)
    arrays = change(arrays) or arrays
    content = io.BytesIO()
    np.savez(content, **arrays)
    path.write_bytes(content.getvalue())
    vouch(path.parent)


def vouch(folder):
    """Makes done.json and run.json vouch for the files that are in a network's folder now."""
    def again(content):
        content["files"] = {name: files.sha256(folder / name) for name in content["files"]}

    resealed(folder / "done.json", again)

    def run_too(content):
        name = f"{folder.parent.name}/{folder.name}"
        content["networks"][name] = files.sha256(folder / "done.json")

    resealed(folder.parent.parent / "run.json", run_too)


def claims_too_much(path):
    """An archive with one array whose header claims 10^13 numbers."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f4", "fortran_order": False, "shape": (10**13,)})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("fc1/kernel.npy", header.getvalue())
    vouch(path.parent)


def bomb(path):
    """An archive that unpacks to a thousand times its size."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        content = io.BytesIO()
        np.lib.format.write_array(content, np.zeros(2**22, np.float32))
        archive.writestr("fc1/kernel.npy", content.getvalue())
    vouch(path.parent)


def one_array(path):
    """An .npy under the name of an .npz."""
    with open(path, "wb") as file:
        np.save(file, np.zeros(3, np.float32))
    vouch(path.parent)


def twice(path):
    """A key of a JSON file twice."""
    text = path.read_text("utf-8").rstrip()
    path.write_text(text[:-1] + ',"seal":"0","trial":1}', "utf-8")


def raw(text):
    """A function that writes a text that is not JSON."""
    def write(path):
        path.write_text(text, "utf-8")

    write.__doc__ = f"{text[:20]!r} instead."
    return write


NO_JSON = [raw(text) for text in (
    "[]", "{}", "null", "1", '"x"', "[" * 100_000, '{"a":' * 3000, json.dumps({"seal": []}),
    '{"seal": "\\ud800"}', "1" + "0" * 5000)]


def _outside(path):
    return next(each for each in path.parents if (each / "outside").is_dir()) / "outside"
