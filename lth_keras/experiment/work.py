"""Doing one unit: where it starts, its training, and what it leaves in its folder."""

import dataclasses
import json
import os

from lth_keras import files, masks, seeds
from lth_keras.durations import Duration
from lth_keras.experiment import following, imp, pruner
from lth_keras.experiment.context import Place, load_masks
from lth_keras.experiment.weight_rules import RewoundWeights, TrainedWeights
from lth_keras.paths import round_name
from lth_keras.records import MetricsRow, rows_to_csv, store
from lth_keras.training import (
    Checkpoint,
    Interrupted,
    Plan,
    Progress,
    TrainState,
)

_COPIED = ("masks.npz", "weights.npz")


def planned_steps(context, unit):
    """Updates that the unit will make, as far as can be told beforehand."""
    if equal_round(context, unit) is not None:
        return 0
    if unit.variant is None:
        rewound = unit.round > 0
    else:
        rewound = isinstance(unit.variant.weights, (RewoundWeights, TrainedWeights))
    start = context.rewind_step if rewound else 0
    return max(0, context.steps(_duration(context, unit)) - start)


def first_step(context, unit):
    """The step that the unit's training starts from; what it goes on from is done."""
    if _goes_on(unit):
        (source,) = unit.variant.weights.needs(unit.label, unit.round)
        return Place(context, unit.trial, unit.round, unit.name).step_of(source)
    return context.steps(_duration(context, unit)) - planned_steps(context, unit)


def missing_need(context, unit):
    """Why the unit cannot be done, in a few words; None where it can.

    A network that diverged is a result; only what needs its weights has to be left out.
    """
    for need in unit.needs:
        folder = context.paths.unit(unit.trial, need)
        if not store.is_done(folder):
            return f"{need} is not there"
        if need in unit.weights_of and store.facts(folder)["diverged"]:
            return f"{need} diverged"
    return None


def do(context, unit, on_evaluation=None):
    """Trains the unit's network and stores it; whatever a broken attempt left is written over.

    Args:
      context: `Context`.
      unit: `Unit`, whose needs are done.
      on_evaluation: called with each `Evaluation`.

    Returns:
      The facts that its done.json holds.
    """
    same = equal_round(context, unit)
    if same is not None:
        return _take_from_round(context, unit, same)
    place = Place(context, unit.trial, unit.round, unit.name)
    order_seed, augmentation_seed = (
        seeds.derive(context.trial_seed(unit.trial), use) for use in ("data order", "augmentation"))
    if unit.variant is None:
        start = imp.round_start(context, unit)
    else:
        start = _variant_start(place, unit.variant)
        if unit.variant.data_order == "own":
            order_seed, augmentation_seed = (
                place.seed(use) for use in ("data order", "augmentation"))
    arguments = place.arguments
    plan = Plan(
        start=start.step,
        stop=_last_step(context, unit, start.step),
        every=context.steps(context.experiment.evaluate_every),
        order=context.data_order(order_seed),
        augmentation_seed=augmentation_seed,
        capture_at=context.rewind_step if unit.variant is None and not unit.round else None,
    )
    folder = context.paths.unit(unit.trial, unit.name)
    checkpoint = Checkpoint(folder, context.checkpoint_seconds)
    network = checkpoint.load() or Progress(start)
    try:
        following.train(context, following.Job(arguments, plan, network), on_evaluation, checkpoint)
    except Interrupted:
        checkpoint.save(network)
        raise
    shared = place.used
    if unit.variant is None:
        shared = imp.round_captured(context, unit, network)
    facts = _store(context, unit, start, network, arguments, shared, place.told)
    checkpoint.remove()
    return facts


def tidy(context, unit):
    """Takes away the checkpoint of a unit that is done: a kill right after that left it."""
    Checkpoint(context.paths.unit(unit.trial, unit.name), context.checkpoint_seconds).remove()


def equal_round(context, unit):
    """The round of IMP that a variant's unit would repeat exactly, or None."""
    if unit.variant is None:
        return None
    imp_duration = context.steps(context.experiment.imp.duration)
    if context.steps(_duration(context, unit)) != imp_duration:
        return None
    return unit.variant.imp_round(
        unit.round, context.rewind_step, context.experiment.imp.criterion)


def _variant_start(place, variant):
    place.arguments = variant.architecture.arguments(place)
    found = variant.mask.masks(place)
    point = variant.weights.point(place, found)
    return TrainState(point.weights, found, point.step, point.optimizer)


def _duration(context, unit):
    if unit.variant is None:
        return Duration.parse(context.experiment.imp.duration)
    return Duration.parse(unit.variant.duration_in(context.experiment))


def _goes_on(unit):
    return unit.variant is not None and getattr(unit.variant.weights, "goes_on", False)


def _last_step(context, unit, start):
    duration = context.steps(_duration(context, unit))
    # As many updates as a round that was rewound has, from where the other network stopped.
    return start + duration - context.rewind_step if _goes_on(unit) else duration


def _density(context, kept):
    # A narrower network's weights are counted as a share of the full network's too: that is
    # what makes it comparable with the ticket of its size.
    return kept / sum(weight.size for weight in context.prunable)


def _store(context, unit, start, network, arguments, shared, told):
    folder = context.paths.unit(unit.trial, unit.name)
    store.begin(folder)
    names = ["masks.npz", "weights.npz", "metrics.csv"]
    files.write_npz(folder / "masks.npz", start.masks, compress=True)
    files.write_npz(folder / "weights.npz", network.state.weights)
    if unit.keeps_optimizer:
        names.append("optimizer.npz")
        files.write_npz(folder / "optimizer.npz", network.state.optimizer)
    if unit.variant is not None:
        names.append("initial.npz")
        files.write_npz(folder / "initial.npz", masks.apply(start.masks, start.weights))
    density = _density(context, masks.total_kept(start.masks))
    files.write_text(folder / "metrics.csv", _rows(context, unit, density, network.evaluations))
    facts = {
        "trial": unit.trial, "unit": unit.name, "variant": unit.label, "round": unit.round,
        "density": density, "kept_weights": masks.kept(start.masks),
        "collapsed_layers": pruner.collapsed(start.masks),
        "prunable_weights": masks.size(start.masks), "architecture": arguments,
        "start_step": start.step, "steps": network.state.step, "diverged": network.diverged,
        "weights_rule": type(unit.variant.weights).__name__ if unit.variant else None,
        **told,
        "final_test_accuracy": network.evaluations[-1].test_accuracy,
        "train_seconds": round(network.train_seconds, 3),
        "evaluate_seconds": round(network.evaluate_seconds, 3),
    }
    if arguments:
        # run.json has the experiment's own network; this one must be told without its function.
        facts["model"] = json.loads(context.build(**arguments).to_json())["config"]
    # Files of the trial that this unit wrote or drew from: it vouches for them.
    names += [os.path.relpath(path, folder) for path in shared]
    store.finish(folder, names, facts)
    return facts


def _rows(context, unit, density, evaluations):
    return rows_to_csv([
        MetricsRow(
            trial=unit.trial, variant=unit.label, round=unit.round, density=density,
            epoch=evaluation.step / context.steps_per_epoch, **dataclasses.asdict(evaluation),
        )
        for evaluation in evaluations
    ])


def _take_from_round(context, unit, same):
    source = context.paths.unit(unit.trial, round_name(same))
    folder = context.paths.unit(unit.trial, unit.name)
    store.begin(folder)
    for name in _COPIED:
        files.write_bytes(folder / name, (source / name).read_bytes())
    point = Place(context, unit.trial, unit.round, unit.name)
    weights = (point.rewind_point() if same else point.initial()).weights
    found = load_masks(source)
    files.write_npz(folder / "initial.npz", masks.apply(found, weights))
    header, *lines = (source / "metrics.csv").read_text("utf-8").splitlines()
    relabelled = [
        ",".join([fields[0], unit.label, *fields[2:]])
        for fields in (line.split(",") for line in lines)
    ]
    files.write_text(folder / "metrics.csv", "\n".join([header, *relabelled]) + "\n")
    facts = {
        **store.facts(source), "unit": unit.name, "variant": unit.label, "equal_to": source.name,
        "weights_rule": type(unit.variant.weights).__name__,
        "train_seconds": 0.0, "evaluate_seconds": 0.0,
    }
    facts.pop("files")
    store.finish(folder, [*_COPIED, "initial.npz", "metrics.csv"], facts)
    return facts
