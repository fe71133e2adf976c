"""Training a stored network once more, for the weights in between, which a run does not store."""

import contextlib
import dataclasses

import numpy as np

from lth_keras import seeds
from lth_keras.compat import tf
from lth_keras.errors import RunError
from lth_keras.paths import ROUND
from lth_keras.store.masks_and_weights import read_rewind_optimizer

# A larger difference means that this is another path. Weights are of the order of 0.01 to 1;
# rounding alone changes them by far less in one training.
BOUND = 1e-3
COLUMN = "difference_from_stored"


@dataclasses.dataclass(frozen=True)
class TrainedPath:
    """Weights along a training: {key: array} at each of `steps`."""

    steps: list
    weights: list


def again(run, trial, name, steps):
    """Trains a stored network again and compares its last weights with the stored ones.

    Training is a function of the start, the masks and the seeds alone, so that the same machine
    repeats it exactly.

    Args:
      run: `AnalyzedRun`.
      trial: from 1.
      name: the network's folder.
      steps: ascending, where weights are wanted; steps after the network's last are left out.

    Returns:
      (`TrainedPath`, largest absolute difference of the last weights from the stored ones). The
      difference is None where the last step is not that of the stored network.

    Raises:
      RunError: the network is not stored, its training was not that of weights under one mask, it
        started from trained weights of another network, or its training ends further than `BOUND`
        from the stored weights.
    """
    facts = run.facts(trial, name)
    start = run.network(trial, f"{name}:start")
    if facts["round"] and facts["start_step"] not in (0, run.context.rewind_step):
        raise RunError(f"{name} goes on from another network; its path cannot be trained again")
    if facts.get("mask_updates") is not None:
        raise RunError(
            f"{name}'s masks changed while it trained; its path cannot be trained again: leave it "
            "out of the measure's networks")
    if facts.get("pruned") == "initial" or "mean_kept" in facts.get("told", {}):
        raise RunError(
            f"{name}'s pruned weights were frozen at their first values, or its mask was learned; "
            "its path cannot be trained again: leave it out of the measure's networks")
    steps = [step for step in steps if facts["start_step"] <= step <= facts["steps"]]
    path = follow(run, trial, start, facts["start_step"], steps, order_of(run, trial, name))
    if steps[-1] != facts["steps"]:
        return path, None
    difference = furthest(path.weights[-1], run.network(trial, name).weights)
    if difference > BOUND:
        raise RunError(
            f"{name} of trial {trial}, trained once more, ends {difference:.3g} from the stored "
            f"weights (at most {BOUND:g} is taken for the same path); the cause may be another "
            "machine, other versions, or another number of threads or devices than run.json names: "
            "analyse the run where it was trained"
        )
    return path, difference


def furthest(ours, stored):
    """Largest absolute difference of two {key: array}; inf where only one is not finite."""
    largest = 0.0
    for key, array in stored.items():
        with np.errstate(invalid="ignore"):
            differences = np.abs(ours[key] - array)
        differences[(ours[key] == array) | (np.isnan(ours[key]) & np.isnan(array))] = 0
        largest = max(largest, float(np.nan_to_num(differences, nan=np.inf, posinf=np.inf).max()))
    return largest


def statements(table):
    """Sentences on how exactly the trainings of a table were repeated, from column `COLUMN`.

    Args:
      table: rows; the column is NaN where a path ends before the stored network does.
    """
    known = table[COLUMN].dropna()
    if not len(known):
        return ["paths were trained once more and not compared with what is stored: they end "
                "before the stored networks do"]
    largest = float(known.max())
    if largest == 0:
        return ["trained once more, the networks end exactly where the stored ones do"]
    return [f"trained once more, the networks do NOT end exactly where the stored ones do: their "
            f"weights differ by up to {largest:.3g}, so that these paths are close to those of the "
            "run and not the same"]


def order_of(run, trial, name):
    """Seeds of the data order and of the augmentation that a network was trained with."""
    trial_seed, own = run.context.trial_seed(trial), ()
    if not ROUND.fullmatch(name):
        label = run.facts(trial, name)["variant"]
        variant = next(
            (each for each in run.context.experiment.variants if each.name == label), None)
        if variant is not None and variant.data_order == "own":
            own = (name,)
    return tuple(seeds.derive(trial_seed, use, *own) for use in ("data order", "augmentation"))


def follow(run, trial, start, first, steps, order_seeds):
    """Trains from the `AnalyzedNetwork` `start` at step `first`, and keeps the weights at `steps`.

    Args:
      run: `AnalyzedRun`.
      trial: from 1; its stored optimizer goes with a start at the rewind point.
      start: `AnalyzedNetwork`; its masks are applied.
      first: step that it belongs to: 0, or the rewind point's.
      steps: ascending, from `first` on.
      order_seeds: of the data order and of the augmentation.

    Returns:
      `TrainedPath`.
    """
    trainer = run.context.trainer_for(start.masks, **start.arguments)
    optimizer = read_rewind_optimizer(run.paths, trial) if first else None
    trainer.load(dataclasses.replace(
        trainer.state(), weights=start.weights, masks=start.masks, step=first,
        optimizer=optimizer))
    order, kept = run.context.data_order(order_seeds[0]), []
    with _as_in_training():
        for step in steps:
            if step > trainer.step:
                trainer.train(order, step - trainer.step, order_seeds[1])
            kept.append(trainer.state().weights)
    return TrainedPath(list(steps), kept)


@contextlib.contextmanager
def _as_in_training():
    """Allows TensorFloat-32, as when runs are trained; analysis turns it off."""
    before = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(True)
    try:
        yield
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(before)
