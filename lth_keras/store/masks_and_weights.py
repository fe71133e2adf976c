"""The one reader of a network's masks and weights: each is checked against its checksum first."""

import pathlib

import numpy as np

from lth_keras import masks, opening
from lth_keras.errors import RunError
from lth_keras.paths import ROUND
from lth_keras.program import program
from lth_keras.store import network_folder, vouched
from lth_keras.store.bounds import variables_of, variables_of_run
from lth_keras.store.model_arrays import check_masks, check_variables

MASKS = "masks.npz"
INITIAL_MASKS = "initial_masks.npz"
DRAWN_MASKS = "drawn_masks.npz"


def read_masks(folder):
    """The masks of a finished network, {key: bool array}.

    Raises:
      RunError: the file is missing or damaged, or it holds values other than 0 and 1.
    """
    path = pathlib.Path(folder) / MASKS
    arrays = vouched.arrays(folder, MASKS)
    check_masks(arrays, folder, path)
    return as_masks(arrays, path)


def acting_masks(folder):
    """The masks of what a finished network computes with, {key: bool array}.

    Ones where pruned weights are frozen at their first value: such a network uses every weight.

    Raises:
      RunError: as `read_masks`.
    """
    stored = read_masks(folder)
    if network_folder.facts(folder).get("pruned") == "initial":
        return {key: masks.ones(mask.shape) for key, mask in stored.items()}
    return stored


def as_masks(arrays, path):
    """{key: bool array} of what was read from `path`.

    Raises:
      RunError: there are values other than 0 and 1.
    """
    for key, array in arrays.items():
        if array.dtype != bool and not np.isin(array, (0, 1)).all():
            raise RunError(
                f"{path} has values at {key} other than 0 and 1; `{program()} verify RUN --repair` "
                "sets a damaged part aside"
            )
    return {key: array.astype(bool) for key, array in arrays.items()}


def read_weights(folder):
    """{key: array} of a network's variables after training. Pruned weights are zero, except those
    that a variant froze at their first values.

    Raises:
      RunError: the file is missing or damaged.
    """
    return _of_model(folder, "weights.npz")


def read_optimizer(folder):
    """{name: array} of the optimizer's variables after training, where they were kept.

    Raises:
      RunError: the file is missing or damaged.
    """
    return vouched.arrays(folder, "optimizer.npz")


def read_initial(paths, trial):
    """θ_0 of a trial, {key: array}, no mask applied.

    Raises:
      RunError: the file is missing or damaged.
    """
    return _shared(paths, trial, paths.initial(trial))


def read_rewind(paths, trial):
    """θ_k of a trial, {key: array}, no mask applied.

    Raises:
      RunError: the file is missing or damaged.
    """
    return _shared(paths, trial, paths.rewind(trial))


def read_rewind_optimizer(paths, trial):
    """{name: array} of the optimizer's variables at θ_k; the file exists only where k is not 0.

    Raises:
      RunError: the file is missing or damaged.
    """
    return vouched.trial_arrays(paths, trial, paths.rewind_optimizer(trial))


def start_file(paths, trial, name):
    """The file that holds the weights which a network's training started from.

    A variant's network has a file of its own, and so has a round of IMP with biases of the round
    before. Other rounds start from the trial's rewind point, and round 0 from its initialisation;
    both are stored without a mask.

    Args:
      paths: `RunPaths`.
      trial: counted from 1.
      name: the network's folder, such as 'ticket@06' or 'round_03'.
    """
    match = ROUND.fullmatch(name)
    folder = paths.network(trial, name)
    if match is None or (network_folder.is_done(folder)
                         and network_folder.facts(folder).get("biases_from")):
        return folder / "initial.npz"
    return paths.rewind(trial) if int(match[1]) else paths.initial(trial)


def read_start_file(paths, trial, name):
    """{key: array} of `start_file`, as stored: the network's masks are not applied.

    Raises:
      RunError: the file is missing or damaged.
    """
    path = start_file(paths, trial, name)
    if path.parent == paths.trial(trial):
        return _shared(paths, trial, path)
    return _of_model(path.parent, path.name)


def read_drawn_masks(folder):
    """{step: mask as bits, uint8}, drawn from a network while it trained; {} if none was drawn.

    Raises:
      RunError: the file is damaged.
    """
    if DRAWN_MASKS not in network_folder.facts(folder)["files"]:
        return {}
    return {int(step): bits for step, bits in vouched.arrays(folder, DRAWN_MASKS).items()}


def read_start_masks(paths, trial, name):
    """The masks that a network's training started with, {key: bool array}.

    They are its `acting_masks`. If masks changed while it trained, a file of its own holds them.

    Args:
      paths, trial, name: as in `start_file`.

    Raises:
      RunError: the file is missing or damaged.
    """
    folder = paths.network(trial, name)
    if network_folder.facts(folder).get("mask_updates") is None:
        return acting_masks(folder)
    arrays = vouched.arrays(folder, INITIAL_MASKS)
    check_masks(arrays, folder, folder / INITIAL_MASKS)
    return as_masks(arrays, folder / INITIAL_MASKS)


def read_start(paths, trial, name):
    """The weights that a network's training started from, {key: array}; pruned weights are zero.

    Args:
      paths, trial, name: as in `start_file`.

    Raises:
      RunError: a file is missing or damaged.
    """
    weights = read_start_file(paths, trial, name)
    return masks.apply(read_start_masks(paths, trial, name), weights)


def _of_model(folder, name):
    """{key: array} of an .npz of a network's folder; it must have every variable of the model."""
    arrays = vouched.arrays(folder, name)
    check_variables(arrays, variables_of(folder), pathlib.Path(folder) / name)
    return arrays


def _shared(paths, trial, path):
    """{key: array} of an .npz of a trial; it must have every variable of the run's own model."""
    arrays = vouched.trial_arrays(paths, trial, path)
    check_variables(arrays, variables_of_run(paths.root), path)
    return arrays


def is_unchanged(path, checksum):
    """Whether a file exists and still has the SHA-256 that was stored."""
    try:
        return opening.is_file(path) and vouched.digest(path) == checksum
    except RunError:
        return False  # It cannot be opened, or is larger than any file of a run.


def changed_files(folder, checksums):
    """The names of the files that are missing or no longer have their checksum.

    Args:
      folder: where they are.
      checksums: {name: SHA-256}; a name is relative to the folder.

    Returns:
      A list of names, in the order of `checksums`.
    """
    folder = pathlib.Path(folder)
    return [
        name for name, checksum in checksums.items() if not is_unchanged(folder / name, checksum)
    ]
