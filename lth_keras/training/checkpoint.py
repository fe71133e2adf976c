"""Checkpoints of one network's training: training that goes on from one ends with the same bits."""

import dataclasses
import json
import pathlib
import time

import numpy as np

from lth_keras import files
from lth_keras.errors import RunError
from lth_keras.training.loop import Evaluation, TrainingProgress
from lth_keras.training.trainer import TrainState

NAME = "checkpoint.npz"


class Checkpoint:
    """One network's checkpoint file, in the folder of its job until that is done.

    The place in the data order and the augmentation follow from the step: no generator has a
    state of its own to keep.

    Args:
      folder: the network's folder.
      seconds: least time between two checkpoints; 0 keeps one at each pause.
    """

    def __init__(self, folder, seconds):
        self.path = pathlib.Path(folder) / NAME
        self._seconds = seconds
        self._last = time.monotonic()

    def __call__(self, progress, trainer):
        """Keeps `progress` if the last checkpoint is old enough."""
        if trainer.chiefs(time.monotonic() - self._last >= self._seconds):
            progress.state = trainer.state()
            self.save(progress)

    def save(self, progress):
        """Keeps `progress`, whose state is up to date."""
        totals = [] if progress.totals is None else progress.totals
        arrays = {"totals": np.asarray(totals, np.float32), "facts": np.array(json.dumps({
            "step": progress.state.step,
            "captured_step": progress.captured.step if progress.captured else None,
            "evaluations": [dataclasses.asdict(each) for each in progress.evaluations],
            "diverged": progress.diverged,
            "train_seconds": progress.train_seconds,
            "evaluate_seconds": progress.evaluate_seconds,
        }))}
        arrays |= _flat("state", progress.state)
        if progress.captured is not None:
            arrays |= _flat("captured", progress.captured)
        files.write_npz(self.path, arrays)
        self._last = time.monotonic()

    def load(self):
        """The `TrainingProgress` kept, or None where there is none or it cannot be read.

        An unreadable checkpoint costs the unfinished network's time and nothing else.
        """
        if not self.path.exists():
            return None
        try:
            arrays = files.read_npz(self.path)
            facts = json.loads(str(arrays["facts"]))
            captured = None
            if facts["captured_step"] is not None:
                captured = _state("captured", arrays, facts["captured_step"])
            return TrainingProgress(
                _state("state", arrays, facts["step"]),
                [Evaluation(**each) for each in facts["evaluations"]],
                arrays["totals"] if arrays["totals"].size else None, captured,
                diverged=facts["diverged"], train_seconds=facts["train_seconds"],
                evaluate_seconds=facts["evaluate_seconds"],
            )
        except (RunError, KeyError, ValueError, TypeError):
            return None

    def remove(self):
        """Takes the file away, once the job is done."""
        self.path.unlink(missing_ok=True)


def _flat(name, state):
    parts = {"weights": state.weights, "masks": state.masks, "optimizer": state.optimizer}
    return {
        f"{name}/{part}/{key}": array for part, arrays in parts.items()
        for key, array in (arrays or {}).items()
    }


def _state(name, arrays, step):
    def part(which):
        prefix = f"{name}/{which}/"
        return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}

    return TrainState(part("weights"), part("masks"), step, part("optimizer"))
