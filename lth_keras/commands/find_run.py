"""Finding a run that a person named."""

import difflib
import pathlib

from lth_keras.errors import ConfigurationError
from lth_keras.paths import RunPaths


def find_run(name, output_dir):
    """`RunPaths` of a run given as a folder, or as a name under `output_dir`.

    Raises:
      ConfigurationError: there is no such run.
    """
    for folder in (pathlib.Path(name), pathlib.Path(output_dir) / name):
        try:
            if (folder / "run.json").is_file() or any(folder.glob("trial_*")):
                return RunPaths(folder)
        except (OSError, ValueError):
            continue
    known = [path.parent.name for path in pathlib.Path(output_dir).glob("*/run.json")]
    close = difflib.get_close_matches(pathlib.Path(name).name, known, 1, 0.3)
    hint = f"; did you mean {close[0]}?" if close else "; see python run.py list"
    raise ConfigurationError(f"there is no run {name!r}, here or under {output_dir}{hint}")
