"""Checkpoints of one network's training; training that continues from one gives the same bits."""

import dataclasses
import json
import pathlib
import time

import numpy as np

from lth_keras import files, opening
from lth_keras.errors import RunError
from lth_keras.training.loop import Evaluation, TrainingProgress
from lth_keras.training.train_state import TrainState

NAME = "checkpoint.npz"


class Checkpoint:
    """One network's checkpoint file, in the folder of its job until that is done.

    The place in the data order and the augmentation follow from the step: no generator has a
    state of its own to keep.

    Args:
      folder: the network's folder.
      seconds: least time between two checkpoints; 0 keeps one at each pause.
      made_from: what the training started from, as JSON: a checkpoint of another start is no
        checkpoint of this training.
    """

    def __init__(self, folder, seconds, made_from=()):
        self.path = pathlib.Path(folder) / NAME
        self._seconds = seconds
        self._made_from = json.loads(json.dumps(made_from))
        self._last = time.monotonic()

    def __call__(self, progress, trainer):
        """Keeps `progress` if the last checkpoint is old enough."""
        if trainer.chiefs(time.monotonic() - self._last >= self._seconds):
            progress.state = trainer.state()
            self.save(progress)

    def save(self, progress):
        """Keeps `progress`, whose state is up to date."""
        totals = [] if progress.totals is None else progress.totals
        arrays = {"totals": np.asarray(totals, np.float32), **_flat("state", progress.state)}
        if progress.captured is not None:
            arrays |= _flat("captured", progress.captured)
        arrays |= {f"drawn/{step}": bits for step, bits in progress.drawn.items()}
        arrays["facts"] = np.array(json.dumps({
            "made_from": self._made_from, "checksum": files.sha256_of_arrays(arrays),
            "step": progress.state.step,
            "captured_step": progress.captured.step if progress.captured else None,
            "evaluations": [dataclasses.asdict(each) for each in progress.evaluations],
            "diverged": progress.diverged,
            "train_seconds": progress.train_seconds,
            "evaluate_seconds": progress.evaluate_seconds,
            "kept": progress.kept, "updates": progress.updates,
        }))
        files.write_npz(self.path, arrays)
        self._last = time.monotonic()

    def load(self):
        """The `TrainingProgress` kept; None where there is none, or one of another start, or it
        cannot be read or was changed.

        Without a usable checkpoint only the time of the unfinished network is lost.
        """
        if not opening.exists(self.path):
            return None
        try:
            arrays = files.read_npz(self.path)
            facts = json.loads(str(arrays.pop("facts")))
            checksum = files.sha256_of_arrays(arrays)
            if (facts["made_from"], facts["checksum"]) != (self._made_from, checksum):
                return None
            captured = None
            if facts["captured_step"] is not None:
                captured = _state("captured", arrays, facts["captured_step"])
            return TrainingProgress(
                _state("state", arrays, facts["step"]),
                [Evaluation(**each) for each in facts["evaluations"]],
                kept=facts.get("kept", []), updates=facts.get("updates", 0),
                drawn=_by_step({name.removeprefix("drawn/"): array
                                for name, array in arrays.items() if name.startswith("drawn/")}),
                totals=arrays["totals"] if arrays["totals"].size else None, captured=captured,
                diverged=facts["diverged"], train_seconds=facts["train_seconds"],
                evaluate_seconds=facts["evaluate_seconds"],
            )
        except (RunError, KeyError, ValueError, TypeError, AttributeError, RecursionError):
            return None

    def remove(self):
        """Removes the file after the job is done."""
        with files.writing(self.path):
            opening.remove(self.path)


def _flat(name, state):
    parts = {"weights": state.weights, "masks": state.masks, "optimizer": state.optimizer,
             "learned": state.learned}
    return {
        f"{name}/{part}/{key}": array for part, arrays in parts.items()
        for key, array in (arrays or {}).items()
    }


def _by_step(drawn):
    """{step: mask}, ascending: the file has its names in the order of the alphabet, 10 before 5."""
    return {step: drawn[str(step)] for step in sorted(map(int, drawn))}


def _state(name, arrays, step):
    def part(which):
        prefix = f"{name}/{which}/"
        return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}

    return TrainState(part("weights"), part("masks"), step, part("optimizer"),
                      part("learned") or None)
