"""A unit's folder: its files first, then done.json with their checksums."""

import pathlib

from lth_keras import files

DONE = "done.json"


def is_done(folder):
    """Whether the unit in `folder` was finished."""
    return (pathlib.Path(folder) / DONE).is_file()


def begin(folder):
    """Takes done.json away before a unit is written anew: half of it must not count as done."""
    (pathlib.Path(folder) / DONE).unlink(missing_ok=True)


def finish(folder, names, facts):
    """Writes done.json, last: from now on the unit counts as done.

    Args:
      folder: the unit's folder.
      names: its files; of another folder, relative to this one.
      facts: what is known of the unit, for people and for other programs.
    """
    folder = pathlib.Path(folder)
    checksums = {name: files.sha256(folder / name) for name in names}
    files.write_sealed_json(folder / DONE, {**facts, "files": checksums})


def facts(folder):
    """The contents of a finished unit's done.json.

    Raises:
      RunError: it is missing or was altered.
    """
    return files.read_sealed_json(pathlib.Path(folder) / DONE)
