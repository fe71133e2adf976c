"""Finds a run by its folder or its name."""

import difflib
import pathlib

from lth_keras import opening
from lth_keras.errors import ConfigurationError
from lth_keras.paths import RunPaths
from lth_keras.program import program


def find_run(name, output_dir):
    """`RunPaths` of a run given as a folder, or as a name under `output_dir`.

    Raises:
      ConfigurationError: there is no such run, or it may not be read.
    """
    places = (pathlib.Path(name), pathlib.Path(output_dir) / name)
    for folder in places:
        if opening.is_denied(folder):
            continue
        there = opening.entries(folder)
        if "run.json" in there or any(each.startswith("trial_") for each in there):
            return RunPaths(folder)
    for folder in (*places, pathlib.Path(output_dir)):
        if opening.is_denied(folder):
            raise ConfigurationError(
                f"{folder} cannot be read: permission denied; ask its owner for the right to read "
                "it, or name a run of yours")
    known = [each for each in opening.entries(output_dir)
             if "run.json" in opening.entries(pathlib.Path(output_dir) / each)]
    close = difflib.get_close_matches(pathlib.Path(name).name, known, 1, 0.3)
    hint = f"; did you mean {close[0]}?" if close else f"; see {program()} list"
    raise ConfigurationError(f"there is no run {name!r}, here or under {output_dir}{hint}")
