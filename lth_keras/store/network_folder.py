"""A unit's folder: its files first, then done.json with their checksums."""

import pathlib

from lth_keras import files
from lth_keras.errors import RunError

DONE = "done.json"
# What is read of them everywhere; a file without it was not written by this program.
_HEADER = {"run": str, "state": str, "units": list, "data": dict, "configuration": dict,
           "versions": dict, "margin": float}
_FACTS = {"variant": str, "round": int, "trial": int, "density": float, "diverged": bool,
          "files": dict}


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
    return _read(pathlib.Path(folder) / DONE, _FACTS)


def header(paths):
    """The contents of a run's run.json.

    Raises:
      RunError: it is missing, was altered, or lacks what a run has.
    """
    return _read(paths.run_json, _HEADER)


def _read(path, expected):
    content = files.read_sealed_json(path)
    for key, kind in expected.items():
        found = content.get(key)
        if not isinstance(found, (float, int) if kind is float else kind):
            raise RunError(
                f"{path} has {found!r} for {key!r}; expected what this program writes: verify says "
                "what else is wrong in the run"
            )
    return content
