"""drawn.json: from what an event file was written, so that the same bytes can be written again.

An event file holds the times of the evaluations and the gradients' norms, which no other file of
the run has. drawn.json keeps them too: if one of the two files is lost, the other one is enough.
"""

from lth_keras import files, opening
from lth_keras.errors import RunError
from lth_keras.store.findings import Finding
from lth_keras.store.masks_and_weights import is_unchanged
from lth_keras.store.schemas import DrawnEvents, checked

DRAWN = "drawn.json"


def read_drawn(folder):
    """drawn.json of a folder of events; None where there is none.

    Raises:
      RunError: it was altered.
    """
    path = folder / DRAWN
    if not opening.exists(path):
        return None
    return checked(DrawnEvents, files.read_sealed_json(path), path)


def write_drawn(folder, name, stored, noted):
    """Writes drawn.json.

    Args:
      folder: of the event file.
      name: of the event file.
      stored: seconds since 1970.
      noted: {step: (seconds since 1970, norm or None)}.
    """
    content = {
        "file": name, "checksum": files.sha256(folder / name), "stored": float(stored),
        "noted": {str(step): list(values) for step, values in noted.items()},
    }
    path = folder / DRAWN
    files.write_sealed_json(path, checked(DrawnEvents, content, path))


def is_drawn(folder):
    """Whether the folder's event file is there and unchanged."""
    try:
        drawn = read_drawn(folder)
    except RunError:
        return False
    return drawn is not None and is_unchanged(folder / drawn["file"], drawn["checksum"])


def check_drawn(paths):
    """`Finding`s about the event files of a run."""
    root, trials = paths.tensorboard, paths.tensorboard_trials
    folders = [root / name for name in opening.entries(root)] + [trials / "run"] + [
        trials / name / trial for name in opening.entries(trials) if name != "run"
        for trial in opening.entries(trials / name)]
    return [finding for folder in folders
            for finding in _check(folder, folder.relative_to(paths.root).as_posix())]


def _check(folder, place):
    try:
        drawn = read_drawn(folder)
    except RunError as error:
        return [Finding(f"{place}/{DRAWN}", str(error), (f"{place}/{DRAWN}",))]
    if drawn is None or is_unchanged(folder / drawn["file"], drawn["checksum"]):
        return []
    path = f"{place}/{drawn['file']}"
    return [Finding(path, f"is missing or has another checksum than {DRAWN} says", (path,))]
