"""A stored network's training once more, for the weights on the way, which runs do not store."""

import dataclasses

from lth_keras import files, seeds
from lth_keras.errors import RunError
from lth_keras.paths import ROUND


@dataclasses.dataclass(frozen=True)
class Path:
    """Weights along a training: {key: array} at each of `steps`."""

    steps: list
    weights: list


def again(run, trial, unit, steps):
    """The training of a stored unit, at `steps`; its last is compared with what is stored.

    Training is a function of the start, the masks and the seeds alone, so that the same machine
    repeats it exactly.

    Args:
      run: `StoredRun`.
      trial: from 1.
      unit: its folder.
      steps: ascending; those beyond the unit's end are left out.

    Returns:
      (`Path`, largest absolute difference of the last weights from the stored ones; None where
      the last step is not the unit's).

    Raises:
      RunError: the unit is not stored, or it started from trained weights of another unit.
    """
    facts = run.facts(trial, unit)
    start = run.network(trial, f"{unit}:start")
    if facts["round"] and facts["start_step"] not in (0, run.context.rewind_step):
        raise RunError(f"{unit} goes on from another network; its path cannot be trained again")
    steps = [step for step in steps if facts["start_step"] <= step <= facts["steps"]]
    path = follow(run, trial, start, facts["start_step"], steps, order_of(run, trial, unit))
    if steps[-1] != facts["steps"]:
        return path, None
    stored = run.network(trial, unit).weights
    return path, max(
        float(abs(path.weights[-1][key] - stored[key]).max()) for key in stored)


def order_of(run, trial, unit):
    """Seeds of the data order and of the augmentation that the unit was trained with."""
    trial_seed, own = run.context.trial_seed(trial), ()
    if not ROUND.fullmatch(unit):
        label = run.facts(trial, unit)["variant"]
        variant = next(
            (each for each in run.context.experiment.variants if each.name == label), None)
        if variant is not None and variant.data_order == "own":
            own = (unit,)
    return tuple(seeds.derive(trial_seed, use, *own) for use in ("data order", "augmentation"))


def follow(run, trial, start, first, steps, order_seeds):
    """Trains from the `Network` `start` at step `first`, and keeps the weights at `steps`.

    Args:
      run: `StoredRun`.
      trial: from 1; its stored optimizer goes with a start at the rewind point.
      start: `Network`; its masks are applied.
      first: step that it belongs to: 0, or the rewind point's.
      steps: ascending, from `first` on.
      order_seeds: of the data order and of the augmentation.

    Returns:
      `Path`.
    """
    trainer = run.context.trainer(**start.arguments)
    optimizer = files.read_npz(run.paths.rewind_optimizer(trial)) if first else None
    trainer.load(dataclasses.replace(
        trainer.state(), weights=start.weights, masks=start.masks, step=first,
        optimizer=optimizer))
    order, kept = run.context.data_order(order_seeds[0]), []
    for step in steps:
        if step > trainer.step:
            trainer.train(order, step - trainer.step, order_seeds[1])
        kept.append(trainer.state().weights)
    return Path(list(steps), kept)
