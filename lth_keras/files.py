"""Files that are either whole or absent: written under another name, flushed, then renamed."""

import contextlib
import errno
import hashlib
import io
import json
import math
import os
import pathlib
import re
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from lth_keras import opening
from lth_keras.errors import RunError
from lth_keras.program import program

# A fixed date inside archives: the same arrays must give the same bytes on any day.
_ARCHIVE_DATE = (1980, 1, 1, 0, 0, 0)
_TEMPORARY = re.compile(r"\..*\.[0-9]+\.tmp")
_MOST_TEXT = 2**28
# Deflate cannot compress more than this.
_DEFLATES_AT_MOST = 1032
# The types of a run's arrays: masks, counts, weights, and JSON in a checkpoint.
_KINDS = "biufU"


@contextlib.contextmanager
def writing(path: str | os.PathLike) -> Iterator[None]:
    """Turns the system's errors about a full disk or a wrong place into a `RunError` of one line.

    Raises:
      RunError: `path` could not be written.
    """
    try:
        yield
    except OSError as error:
        advice = "make room" if error.errno == errno.ENOSPC else "mend the place"
        raise RunError(
            f"cannot write {path}: {error.strerror or error}; {advice}, then give the "
            "same command again: it goes on from what is stored"
        ) from error


def write_bytes(path: str | os.PathLike, content: bytes) -> None:
    """Writes `content`; at any instant `path` holds either all of it or its former content.

    Raises:
      RunError: the disk is full, or the place cannot be written.
    """
    path = pathlib.Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with writing(path):
            with opening.created(temporary) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            opening.replace(temporary, path)
    finally:
        # The file exists only after a full disk or an interruption.
        with contextlib.suppress(OSError):
            opening.remove(temporary)


def remove_temporaries(root: str | os.PathLike) -> None:
    """Removes the half-written files of killed processes below `root`."""
    for name in opening.entries(root):
        path = os.path.join(root, name)
        if opening.is_folder(path):
            remove_temporaries(path)
        elif _TEMPORARY.fullmatch(name):
            opening.remove(path)


def write_text(path: str | os.PathLike, text: str) -> None:
    """`write_bytes` for text, in UTF-8."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: str | os.PathLike, content: Any) -> None:
    """`write_bytes` for JSON, with sorted keys so that equal contents are equal bytes."""
    write_text(path, json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def read_bytes(path: str | os.PathLike, most: int = opening.MOST) -> bytes:
    """The bytes of a regular file that is no larger than `most`.

    Raises:
      RunError: it is missing, or may not be opened (see `opening`).
    """
    try:
        return opening.read_bytes(path, most)
    except OSError as error:
        raise RunError(f"cannot read {path}: {error.strerror or error}") from error


def read_text(path: str | os.PathLike) -> str:
    """The text in `path`, UTF-8.

    Raises:
      RunError: as `read_bytes`; or it is not UTF-8.
    """
    try:
        return read_bytes(path, _MOST_TEXT).decode("utf-8")
    except UnicodeDecodeError as error:
        raise RunError(f"cannot read {path}: {error}") from error


def read_json(path: str | os.PathLike) -> Any:
    """The JSON in `path`.

    Raises:
      RunError: the file is missing or is not JSON, or an object has a key twice.
    """
    return parse_json(read_bytes(path, _MOST_TEXT), path)


def parse_json(content, path):
    """As `read_json`, of bytes that were read from `path` already."""
    try:
        parsed = json.loads(content.decode("utf-8"), object_pairs_hook=_without_repetition)
        # A string with half of a surrogate pair cannot be written or printed: refuse it here.
        json.dumps(parsed, ensure_ascii=False).encode("utf-8")
        return parsed
    except (ValueError, RecursionError) as error:
        raise RunError(f"cannot read {path}: {error}") from error


def write_sealed_json(path: str | os.PathLike, content: dict) -> None:
    """`write_json` with 'seal', the SHA-256 of the rest, so that a later change is noticed."""
    write_json(path, {**content, "seal": _seal(content)})


def read_sealed_json(path: str | os.PathLike) -> dict:
    """The content that `write_sealed_json` wrote, without the seal.

    Raises:
      RunError: the file is missing, is not JSON, or was altered.
    """
    content = read_json(path)
    return unsealed(content, path)


def unsealed(content, path):
    """As `read_sealed_json`, of content that was read from `path` already."""
    if not isinstance(content, dict) or content.pop("seal", None) != _seal(content):
        raise RunError(f"{path} was altered or damaged: its seal does not fit its contents")
    return content


def write_npz(path: str | os.PathLike, arrays: dict[str, np.ndarray],
              compress: bool = False) -> None:
    """Writes a dict of arrays as an .npz whose bytes depend on the arrays alone.

    `np.savez` would write the time of day into the file, so that two equal runs differ.

    Args:
      path: where to.
      arrays: {key: array}; a key may hold slashes ('fc1/kernel').
      compress: deflate the members; worth it for masks, not for weights.
    """
    buffer = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(buffer, "w") as archive:
        for key in sorted(arrays):
            member = zipfile.ZipInfo(f"{key}.npy", date_time=_ARCHIVE_DATE)
            member.compress_type = method
            content = io.BytesIO()
            np.lib.format.write_array(content, np.asarray(arrays[key]), allow_pickle=False)
            archive.writestr(member, content.getvalue())
    write_bytes(path, buffer.getvalue())


def read_npz(path: str | os.PathLike) -> dict[str, np.ndarray]:
    """{key: array} of an .npz; refuses pickled objects, and sizes that the file cannot hold.

    Raises:
      RunError: the file is missing, damaged, or holds what `write_npz` does not write.
    """
    return parse_npz(read_bytes(path), path)


def parse_npz(content, path, most=opening.MOST):
    """As `read_npz`, of bytes that were read from `path` already.

    Args:
      content: the bytes.
      path: where they were read, for messages.
      most: the largest sum of the arrays' sizes in bytes; more is refused before memory is taken.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_members(members, len(content), most)
            return {member.filename.removesuffix(".npy"): _array(archive, member)
                    for member in members}
    except (OSError, ValueError, KeyError, EOFError, AttributeError, NotImplementedError,
            RuntimeError, SyntaxError, TypeError, OverflowError, MemoryError, struct.error,
            tokenize.TokenError, zipfile.BadZipFile, zlib.error) as error:
        raise RunError(
            f"cannot read {path}: {error}; `{program()} verify RUN --repair` sets a "
            "damaged part aside"
        ) from error


def sha256(path: str | os.PathLike, most: int = opening.MOST) -> str:
    """Hexadecimal SHA-256 of a regular file's bytes; OSError where it has more than `most`."""
    with opening.opened(path) as file:
        opening.check_size(file, most)
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of(content):
    """Hexadecimal SHA-256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def sha256_of_arrays(arrays):
    """Hexadecimal SHA-256 of {key: array}: names, types, shapes and bytes, in the names' order."""
    together = hashlib.sha256()
    for key in sorted(arrays):
        array = np.ascontiguousarray(arrays[key])
        together.update(f"{key} {array.dtype.str} {array.shape}\n".encode())
        together.update(array.tobytes())
    return together.hexdigest()


def _check_members(members, size, most):
    """Checks an archive's table of contents before anything is decompressed."""
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        raise ValueError("an array stands in it twice")
    for member in members:
        if not member.filename.endswith(".npy"):
            raise ValueError(f"{member.filename!r} is no array")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"{member.filename!r} is packed in a way that nothing here uses")
    claimed = sum(member.file_size for member in members)
    if claimed > min(size * _DEFLATES_AT_MOST, opening.MOST):
        raise ValueError(f"it claims to hold {claimed:,} bytes, and has {size:,}")
    if claimed > most:
        raise ValueError(
            f"it claims to hold {claimed:,} bytes; the model's arrays take at most {most:,}")


def _array(archive, member):
    """One array; its header is checked against its size before memory is allocated."""
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        read_header = {(1, 0): np.lib.format.read_array_header_1_0,
                       (2, 0): np.lib.format.read_array_header_2_0}[version]
        shape, is_fortran, dtype = read_header(file)
        if dtype.kind not in _KINDS:
            raise ValueError(f"{member.filename!r} has the type {dtype}")
        size = math.prod(shape) * dtype.itemsize
        if size < 0 or any(each < 0 for each in shape):
            raise ValueError(f"{member.filename!r} has the shape {shape}")
        if size != member.file_size - file.tell():
            raise ValueError(f"{member.filename!r} has {member.file_size:,} bytes, which its "
                             f"shape {shape} does not fit")
        values = np.frombuffer(bytearray(file.read()), dtype)
        return values.reshape(shape, order="F" if is_fortran else "C")


def _without_repetition(pairs):
    parsed = dict(pairs)
    if len(parsed) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {repeated!r} stands twice in one object")
    return parsed


def _seal(content):
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
