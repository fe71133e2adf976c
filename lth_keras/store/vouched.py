"""Reads stored files, and checks their bytes against the checksum before they are used.

A network's done.json vouches for the files of its folder, and for those of the trial that it wrote
or drew from. A process hashes a file once, and again only when its size, its inode or the time of
its last change is different.
"""

import os
import pathlib

from lth_keras import files, opening
from lth_keras.errors import RunError
from lth_keras.paths import round_name
from lth_keras.program import program
from lth_keras.store import network_folder
from lth_keras.store.bounds import most_bytes
from lth_keras.store.schemas import NetworkFacts

# {path: (stamp, SHA-256)} of files that this process has hashed.
_known = {}


def digest(path):
    """SHA-256 of a file; it is computed again only when the file has changed.

    Raises:
      RunError: there is no such file, or it may not be opened.
    """
    try:
        with opening.opened(path) as file:
            stamp = opening.stamp_of(file, path)
        known = _known.get(os.fspath(path))
        if known is None or known[0] != stamp:
            known = _known[os.fspath(path)] = stamp, files.sha256(path, most_bytes(path))
        return known[1]
    except OSError as error:
        raise RunError(f"cannot read {path}: {error.strerror or error}") from error


def read_bytes(path, checksum):
    """The bytes of a file, checked against `checksum`.

    Raises:
      RunError: the file is missing or has changed.
    """
    try:
        with opening.opened(path) as file:
            stamp, content = opening.stamp_of(file, path), opening.read_all(file, most_bytes(path))
    except OSError as error:
        raise RunError(f"cannot read {path}: {error.strerror or error}") from error
    known = _known.get(os.fspath(path))
    if known is None or known[0] != stamp:
        known = stamp, files.sha256_of(content)
        _known[os.fspath(path)] = known
    if known[1] != checksum:
        raise RunError(
            f"{path} is not what was stored: it has another checksum (SHA-256) than the one that "
            f"was written down for it; `{program()} verify RUN --repair` sets it aside, with all "
            "that was made from it"
        )
    return content


def content(folder, name, schema=NetworkFacts):
    """The bytes of a file in the folder of a finished network or of a measured piece, checked.

    Raises:
      RunError: they are not those that done.json vouches for.
    """
    known = network_folder.facts(folder, schema)["files"]
    if name not in known:
        raise RunError(f"{folder} has no {name}: its {network_folder.DONE} vouches for none")
    return read_bytes(pathlib.Path(folder) / name, known[name])


def text(folder, name):
    """`content` as text."""
    try:
        return content(folder, name).decode("utf-8")
    except UnicodeDecodeError as error:
        raise RunError(f"cannot read {pathlib.Path(folder) / name}: {error}") from error


def arrays(folder, name):
    """{key: array} of an .npz of a finished network's folder, checked."""
    path = pathlib.Path(folder) / name
    return files.parse_npz(content(folder, name), path, most_bytes(path))


def trial_arrays(paths, trial, path):
    """{key: array} of an .npz that a trial's networks share, checked.

    Raises:
      RunError: no finished network vouches for it, or it has changed.
    """
    checksum = trial_checksum(paths, trial, path)
    if checksum is None:
        raise RunError(
            f"no finished network of trial {trial} vouches for {path}; give the run's own command, "
            "which writes it again"
        )
    return files.parse_npz(read_bytes(path, checksum), path, most_bytes(path))


def trial_checksum(paths, trial, path):
    """The SHA-256 of a shared file in the trial's done.json files, round 0's first; or None."""
    root = paths.trial(trial)
    name = os.path.join("..", os.path.relpath(path, root))
    for each in (round_name(0), *opening.entries(root)):
        folder = root / each
        if network_folder.is_done(folder):
            facts = network_folder.facts(folder)
            made_from = facts["made_from"]["files"]
            if name in facts["files"] or name in made_from:
                return facts["files"].get(name) or made_from[name]
    return None
