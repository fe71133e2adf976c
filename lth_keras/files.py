"""Files that are either whole or absent: written beside their place, flushed, then renamed."""

import contextlib
import hashlib
import io
import json
import os
import pathlib
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from lth_keras.errors import RunError

# A fixed date inside archives: the same arrays must give the same bytes on any day.
_ARCHIVE_DATE = (1980, 1, 1, 0, 0, 0)


@contextlib.contextmanager
def writing(path: str | os.PathLike) -> Iterator[None]:
    """Turns what the system says of a full disk, or of a wrong place, into one line.

    Raises:
      RunError: `path` could not be written.
    """
    try:
        yield
    except OSError as error:
        raise RunError(
            f"cannot write {path}: {error.strerror or error}; make room or mend the place, "
            "then give the same command again: it goes on from what is stored"
        ) from error


def write_bytes(path: str | os.PathLike, content: bytes, flush: bool = True) -> None:
    """Writes `content` so that `path` holds all of it or what it held before.

    Args:
      path: where to.
      content: all of it.
      flush: wait for the disk, so that a power cut takes nothing away either; False for what can
        be made again: after a power cut it may be there and empty.

    Raises:
      RunError: the disk is full, or the place cannot be written.
    """
    path = pathlib.Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(temporary, "wb") as file:
                file.write(content)
                file.flush()
                if flush:
                    os.fsync(file.fileno())
            os.replace(temporary, path)
            if flush:
                _flush_folder(path.parent)
    finally:
        # Gone already where all went well; left by a full disk, or by an interruption.
        with contextlib.suppress(OSError):
            temporary.unlink()


def remove_temporaries(root: str | os.PathLike) -> None:
    """Takes away what processes that were killed while they wrote left below `root`."""
    for path in pathlib.Path(root).rglob(".*.[0-9]*.tmp"):
        path.unlink(missing_ok=True)


def write_text(path: str | os.PathLike, text: str) -> None:
    """`write_bytes` for text, in UTF-8."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: str | os.PathLike, content: Any) -> None:
    """`write_bytes` for JSON, with sorted keys so that equal contents are equal bytes."""
    write_text(path, json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def read_json(path: str | os.PathLike) -> Any:
    """The JSON in `path`.

    Raises:
      RunError: the file is missing or is not JSON.
    """
    try:
        return json.loads(pathlib.Path(path).read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"cannot read {path}: {error}") from error


def write_sealed_json(path: str | os.PathLike, content: dict) -> None:
    """`write_json` with the SHA-256 of the rest under 'seal', so that a later change shows."""
    write_json(path, {**content, "seal": _seal(content)})


def read_sealed_json(path: str | os.PathLike) -> dict:
    """What `write_sealed_json` wrote, without the seal.

    Raises:
      RunError: the file is missing, is not JSON, or was altered.
    """
    content = read_json(path)
    if not isinstance(content, dict) or content.pop("seal", None) != _seal(content):
        raise RunError(f"{path} was altered or damaged: its seal does not fit its contents")
    return content


def write_npz(path: str | os.PathLike, arrays: dict[str, np.ndarray],
              compress: bool = False) -> None:
    """Writes a dict of arrays as an .npz whose bytes depend on the arrays alone.

    `np.savez` stamps each member with the time of day, so that two equal runs would differ.

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
    """{key: array} of an .npz; pickled objects are refused.

    Raises:
      RunError: the file is missing, damaged, or holds pickled objects.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except (OSError, ValueError, KeyError, EOFError, AttributeError, NotImplementedError,
            RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise RunError(
            f"cannot read {path}: {error}; `run.py verify RUN --repair` sets a damaged part aside"
        ) from error


def sha256(path: str | os.PathLike) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _seal(content):
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _flush_folder(folder):
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
