"""Saves and loads rewind points."""

import dataclasses

import numpy as np

from lth_keras import files
from lth_keras.paths import RunPaths
from lth_keras.store import masks_and_weights


@dataclasses.dataclass(frozen=True)
class RewindPoint:
    """θ_k and all that belongs to it.

    Attributes:
      weights: {key: array} of every variable of the model at step `step`, unmasked; batch
        normalisation's statistics are among them.
      step: k; the learning-rate schedule depends on it, and so is rewound too.
      optimizer: {name: array} of the optimizer's variables at step k; None at step 0.
    """

    weights: dict[str, np.ndarray]
    step: int = 0
    optimizer: dict | None = None


def save_initial(paths: RunPaths, trial: int, weights: dict) -> None:
    """Writes θ_0 of a trial."""
    files.write_npz(paths.initial(trial), weights)


def load_initial(paths: RunPaths, trial: int) -> RewindPoint:
    """θ_0 of a trial as a `RewindPoint` at step 0."""
    return RewindPoint(masks_and_weights.read_initial(paths, trial))


def save_point(paths: RunPaths, trial: int, point: RewindPoint) -> None:
    """Writes a trial's rewind point: its weights, and its optimizer where k is not 0."""
    files.write_npz(paths.rewind(trial), point.weights)
    if point.optimizer is not None:
        files.write_npz(paths.rewind_optimizer(trial), point.optimizer)


def load_point(paths: RunPaths, trial: int, step: int) -> RewindPoint:
    """The rewind point of a trial; `step` is the schedule's k."""
    optimizer = masks_and_weights.read_rewind_optimizer(paths, trial) if step else None
    return RewindPoint(masks_and_weights.read_rewind(paths, trial), step, optimizer)
