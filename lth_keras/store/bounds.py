"""How large a stored file may be: its model's variables say it, before anything of it is read."""

import pathlib
import re

import numpy as np

from lth_keras import opening
from lth_keras.errors import RunError
from lth_keras.store import network_folder
from lth_keras.store.schemas import RunHeader
from lth_keras.store.schemas.parts import size_of

# Files with at most one array for each variable, of its shape and not larger than float64.
_OF_MODEL = {"masks.npz", "initial_masks.npz", "weights.npz", "initial.npz", "rewind.npz"}
# What an .npz needs for an array besides its numbers: headers of the archive, of the array, and the
# name, which stands there twice.
_BESIDE = 2048
_TRIAL = re.compile(r"trial_\d{2,}")


def most_bytes(path):
    """The largest size in bytes that a file of a run may have, packed or unpacked.

    For an archive of a model's masks or weights that is what the variables in run.json need, or
    those in done.json for a network with an architecture of its own. For other files, and without
    an undamaged run.json, it is `opening.MOST`.

    Args:
      path: of the file.
    """
    path = pathlib.Path(path)
    if path.name not in _OF_MODEL:
        return opening.MOST
    try:
        variables = variables_of_run(path.parent.parent) if _TRIAL.fullmatch(path.parent.name) \
            else variables_of(path.parent)
    except RunError:
        return opening.MOST  # Whoever reads the JSON says what is wrong with it.
    return opening.MOST if variables is None else min(opening.MOST, _room(variables))


def variables_of(folder):
    """{key: [dtype, side, side, …]} of a finished network's variables.

    Returns:
      Those of the run's model, from run.json; of a network with an architecture of its own those in
      its done.json. None where there is no run.json.
    """
    facts = network_folder.facts(folder)
    if facts["architecture"]:
        return facts["variables"]
    return variables_of_run(pathlib.Path(folder).parent.parent)


def variables_of_run(root):
    """{key: [dtype, side, side, …]} of a run's own model; None where there is no run.json."""
    path = pathlib.Path(root) / "run.json"
    if not opening.exists(path):
        return None
    return network_folder.read_checked(path, RunHeader)["variables"]


def _room(variables):
    return sum(size_of(each) * _itemsize(each[0]) + _BESIDE for each in variables.values())


def _itemsize(kind):
    try:
        return np.dtype(kind).itemsize or 8
    except TypeError:  # bfloat16 and others that NumPy alone does not know.
        return 8
