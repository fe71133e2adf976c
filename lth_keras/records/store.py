"""A unit's folder: its files first, then done.json with their checksums."""

import pathlib

from lth_keras import files

DONE = "done.json"


def is_done(folder):
    """Whether the unit in `folder` was finished."""
    return (pathlib.Path(folder) / DONE).is_file()


def finish(folder, names, facts):
    """Writes done.json, last: from now on the unit counts as done.

    Args:
      folder: the unit's folder.
      names: its files; of another folder, relative to this one.
      facts: what is known of the unit, for people and for other programs.
    """
    folder = pathlib.Path(folder)
    checksums = {name: files.sha256(folder / name) for name in names}
    files.write_json(folder / DONE, {**facts, "files": checksums})


def facts(folder):
    """The contents of a finished unit's done.json."""
    return files.read_json(pathlib.Path(folder) / DONE)
