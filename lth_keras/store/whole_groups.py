"""Checks that a round's masks keep whole groups: blocks, units, at most n of m."""

import numpy as np

from lth_keras.errors import RunError


def check_whole_groups(header, round, stored):
    """Checks the masks of a round against the run's granularity.

    Of blocks and of n of m only matrices are checked, and one way to read a matrix has to fit:
    which of its axes are inputs is known to its layer and not to the files. A kernel that is whole
    has a layer that is not pruned.

    Args:
      header: run.json.
      round: the number of prunings.
      stored: {key: bool array}.

    Raises:
      RunError: a group is kept in part, or a window keeps more than n weights.
    """
    imp = header["configuration"].get("imp") or {}
    named = imp.get("schedule", {}).get("config", {}).get("granularity")
    check = _CHECKS.get(named["class_name"]) if isinstance(named, dict) else None
    if check is None or not round:
        return
    for key, mask in stored.items():
        problem = None if mask.all() else check(mask, named["config"])
        if problem:
            raise RunError(f"masks.npz: {key} {problem}; the run prunes by {named['class_name']}")


def _cut_units(mask, config):
    """A unit is a place on an axis: what is kept are all weights between the kept places."""
    del config
    whole = np.ones([1] * mask.ndim, bool)
    for axis in range(mask.ndim):
        others = tuple(other for other in range(mask.ndim) if other != axis)
        whole = whole & mask.any(axis=others, keepdims=True)
    if not np.array_equal(mask, np.broadcast_to(whole, mask.shape)):
        return "keeps a part of a unit"
    return None


def _cut_blocks(mask, config):
    height, width = config["shape"]

    def fits(matrix):
        kept, sizes = (_sums(each, height, width) for each in (matrix, np.ones_like(matrix)))
        return not ((kept > 0) & (kept < sizes)).any()

    if mask.ndim == 2 and not any(map(fits, _readings(mask))):
        return f"keeps a part of a block of {height} × {width}"
    return None


def _over_n(mask, config):
    n, m = config["n"], config["m"]
    if mask.ndim == 2 and all((_sums(each, m, 1) > n).any() for each in _readings(mask)):
        return f"keeps more than {n} of {m} consecutive inputs"
    return None


def _readings(mask):
    """A matrix as inputs × outputs: as it lies, turned, and with both axes as inputs."""
    return mask, mask.T, mask.reshape(-1, 1)


def _sums(mask, height, width):
    """How many weights each block of height × width keeps; the last ones may be smaller."""
    down = np.add.reduceat(mask.astype(np.int64), np.arange(0, mask.shape[0], height), axis=0)
    return np.add.reduceat(down, np.arange(0, mask.shape[1], width), axis=1)


_CHECKS = {"Units": _cut_units, "Blocks": _cut_blocks, "NofM": _over_n}
