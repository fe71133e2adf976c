"""The fingerprint of files by their content, and an index of known fingerprints."""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import time

import numpy as np

from lth_keras import files
from lth_keras.errors import ConfigurationError, RunError

# A file that changed so shortly before it was read may change again with the same time stamp.
_SETTLED_SECONDS = 2.0


class ContentIndex:
    """Remembers the fingerprint of files whose names, sizes and times have not changed.

    Args:
      folder: of the index; None keeps nothing.
    """

    def __init__(self, folder=None):
        self._folder = folder

    def known(self, root, signature):
        """The fingerprint noted for `root` at this signature, or None."""
        try:
            noted = files.read_sealed_json(self._path(root)) if self._folder else {}
        except RunError:
            return None
        return noted.get("content") if noted.get("signature") == signature else None

    def note(self, root, signature, content):
        """Stores a fingerprint; if the folder cannot be written, does nothing."""
        if self._folder is None:
            return
        try:
            files.write_sealed_json(self._path(root), {
                "root": str(root), "signature": signature, "content": content})
        except RunError:
            pass

    def _path(self, root):
        digest = hashlib.sha256(str(root).encode()).hexdigest()[:32]
        return pathlib.Path(self._folder) / "index" / f"{digest}.json"


def of_files(root, paths, index):
    """Hexadecimal SHA-256 of files' names and bytes.

    Args:
      root: folder that the names are relative to, or the one file.
      paths: of the files.
      index: `ContentIndex`.

    Raises:
      ConfigurationError: a file cannot be read.
    """
    root = pathlib.Path(root).resolve()
    names = sorted((os.path.relpath(pathlib.Path(path).resolve(), root), path) for path in paths)
    try:
        stats = [(name, os.stat(path)) for name, path in names]
        entries = [[name, stat.st_size, stat.st_mtime_ns] for name, stat in stats]
        signature = _digest(entries)
        whole = index.known(root, signature)
        if whole is None:
            began = time.time()
            with concurrent.futures.ThreadPoolExecutor() as pool:
                digests = list(pool.map(lambda each: _sha256(each[1]), names))
            whole = _digest([[name, digest] for (name, _), digest in zip(names, digests)])
            newest = max(stat.st_mtime for _, stat in stats)
            if newest < began - _SETTLED_SECONDS:
                index.note(root, signature, whole)
    except OSError as error:
        raise ConfigurationError(
            f"{error.filename or root} cannot be read: {error.strerror or error}; expected files "
            "that this user may read, unchanged while they are read"
        ) from error
    return whole


def of_arrays(arrays):
    """Hexadecimal SHA-256 of {name: array or None}, read part by part."""
    digest = hashlib.sha256()
    for name, array in arrays.items():
        if array is None:
            continue
        digest.update(f"{name}{array.dtype.str}{array.shape}".encode())
        for first in range(0, len(array), 1024):
            digest.update(np.ascontiguousarray(array[first : first + 1024]).data)
    return digest.hexdigest()


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(entries):
    return hashlib.sha256(json.dumps(entries).encode()).hexdigest()
