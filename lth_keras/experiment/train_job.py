"""Doing one job: where it starts, its training, and what it leaves in its folder."""

import dataclasses
import json
import os

from lth_keras import files, masks, seeds
from lth_keras.durations import Duration
from lth_keras.experiment import imp, multi_worker, pruner
from lth_keras.experiment.context import JobContext
from lth_keras.experiment.weight_rules import RewoundWeights, TrainedWeights
from lth_keras.paths import round_name
from lth_keras.store import network_folder, vouched
from lth_keras.store.fingerprints import shapes_of
from lth_keras.store.metrics import MetricsRow, rows_to_csv
from lth_keras.training import Checkpoint, Interrupted, Plan, TrainingProgress, TrainState
from lth_keras.variables import named_variables

_COPIED = ("masks.npz", "weights.npz")


def planned_steps(context, job):
    """Updates that the job will make, as far as can be told beforehand."""
    if equal_round(context, job) is not None:
        return 0
    if job.variant is None:
        rewound = job.round > 0
    else:
        rewound = isinstance(job.variant.weights, (RewoundWeights, TrainedWeights))
    start = context.rewind_step if rewound else 0
    return max(0, context.steps(_duration(context, job)) - start)


def first_step(context, job):
    """The step that the unit's training starts from; what it goes on from is done."""
    if _goes_on(job):
        (source,) = job.variant.weights.needs(job.label, job.round)
        return JobContext(context, job.trial, job.round, job.name).step_of(source)
    return context.steps(_duration(context, job)) - planned_steps(context, job)


def missing_need(context, job):
    """Why the job cannot be done, in a few words; None where it can.

    A network that diverged is a result; only what needs its weights has to be left out.
    """
    for need in job.needs:
        folder = context.paths.network(job.trial, need)
        if not network_folder.is_done(folder):
            return f"{need} is not there"
        if need in job.weights_of and network_folder.facts(folder)["diverged"]:
            return f"{need} diverged"
    return None


def do(context, job, on_evaluation=None):
    """Trains the unit's network and stores it; whatever a broken attempt left is written over.

    Args:
      context: `Context`.
      job: `Job`, whose needs are done.
      on_evaluation: called with each `Evaluation`.

    Returns:
      The facts that its done.json holds.
    """
    same = equal_round(context, job)
    if same is not None:
        return _take_from_round(context, job, same)
    place = JobContext(context, job.trial, job.round, job.name)
    order_seed, augmentation_seed = (
        seeds.derive(context.trial_seed(job.trial), use) for use in ("data order", "augmentation"))
    if job.variant is None:
        start = imp.round_start(place, job)
    else:
        start = _variant_start(place, job.variant)
        if job.variant.data_order == "own":
            order_seed, augmentation_seed = (
                place.seed(use) for use in ("data order", "augmentation"))
    arguments = place.arguments
    plan = Plan(
        start=start.step,
        stop=_last_step(context, job, start.step),
        every=context.steps(context.experiment.evaluate_every),
        order=context.data_order(order_seed),
        augmentation_seed=augmentation_seed,
        capture_at=context.rewind_step if job.variant is None and not job.round else None,
    )
    folder = context.paths.network(job.trial, job.name)
    checkpoint = Checkpoint(folder, context.checkpoint_seconds)
    network = checkpoint.load() or TrainingProgress(start)
    try:
        training = multi_worker.SharedTraining(arguments, plan, network)
        multi_worker.train(context, training, on_evaluation, checkpoint)
    except Interrupted:
        checkpoint.save(network)
        raise
    shared = place.used
    if job.variant is None:
        shared = imp.round_captured(context, job, network)
    facts = _store(place, job, start, network, shared)
    checkpoint.remove()
    return facts


def tidy(context, job):
    """Takes away the checkpoint of a job that is done: a kill right after that left it."""
    Checkpoint(context.paths.network(job.trial, job.name), context.checkpoint_seconds).remove()


def equal_round(context, job):
    """The round of IMP that a variant's job would repeat exactly, or None."""
    if job.variant is None:
        return None
    imp_duration = context.steps(context.experiment.imp.duration)
    if context.steps(_duration(context, job)) != imp_duration:
        return None
    return job.variant.imp_round(
        job.round, context.rewind_step, context.experiment.imp.criterion)


def _variant_start(place, variant):
    place.arguments = variant.architecture.arguments(place)
    found = variant.mask.masks(place)
    point = variant.weights.point(place, found)
    return TrainState(point.weights, found, point.step, point.optimizer)


def _duration(context, job):
    if job.variant is None:
        return Duration.parse(context.experiment.imp.duration)
    return Duration.parse(job.variant.duration_in(context.experiment))


def _goes_on(job):
    return job.variant is not None and getattr(job.variant.weights, "goes_on", False)


def _last_step(context, job, start):
    duration = context.steps(_duration(context, job))
    # As many updates as a round that was rewound has, from where the other network stopped.
    return start + duration - context.rewind_step if _goes_on(job) else duration


def _density(context, kept):
    # A narrower network's weights are counted as a share of the full network's too: that is
    # what makes it comparable with the ticket of its size.
    return kept / sum(weight.size for weight in context.prunable)


def _store(place, job, start, network, shared):
    context, arguments, told = place.context, place.arguments, dict(place.told)
    folder = context.paths.network(job.trial, job.name)
    network_folder.begin(folder)
    names = ["masks.npz", "weights.npz", "metrics.csv"]
    files.write_npz(folder / "masks.npz", start.masks, compress=True)
    files.write_npz(folder / "weights.npz", network.state.weights)
    if job.keeps_optimizer:
        names.append("optimizer.npz")
        files.write_npz(folder / "optimizer.npz", network.state.optimizer)
    if job.variant is not None:
        names.append("initial.npz")
        files.write_npz(folder / "initial.npz", masks.apply(start.masks, start.weights))
    density = _density(context, masks.total_kept(start.masks))
    files.write_text(folder / "metrics.csv", _rows(context, job, density, network.evaluations))
    facts = {
        "trial": job.trial, "unit": job.name, "variant": job.label, "round": job.round,
        "density": density, "kept_weights": masks.kept(start.masks),
        "collapsed_layers": pruner.collapsed(start.masks),
        "prunable_weights": masks.size(start.masks), "architecture": arguments,
        "start_step": start.step, "steps": network.state.step, "diverged": network.diverged,
        "weights_rule": type(job.variant.weights).__name__ if job.variant else None,
        "histogram_distance": told.pop("histogram_distance", None), "told": told,
        "final_test_accuracy": network.evaluations[-1].test_accuracy,
        "train_seconds": round(network.train_seconds, 3),
        "evaluate_seconds": round(network.evaluate_seconds, 3),
    }
    if arguments:
        # run.json has the experiment's own network; this one must be told without its function.
        model = context.build(**arguments)
        facts["model"] = json.loads(model.to_json())["config"]
        facts["variables"] = shapes_of(named_variables(model))
    facts["made_from"] = _made_from(place, folder)
    # Files of the trial that this job wrote or drew from: it vouches for them.
    names += [os.path.relpath(path, folder) for path in shared]
    network_folder.finish(folder, names, facts)
    return facts


def _made_from(place, folder):
    return {
        "files": {os.path.relpath(path, folder): checksum
                  for path, checksum in place.made_from.items()},
        "data": place.context.data.fingerprint,
        "configuration": place.context.configuration_digest,
    }


def _rows(context, job, density, evaluations):
    return rows_to_csv([
        MetricsRow(
            trial=job.trial, variant=job.label, round=job.round, density=density,
            epoch=evaluation.step / context.steps_per_epoch, **dataclasses.asdict(evaluation),
        )
        for evaluation in evaluations
    ])


def _take_from_round(context, job, same):
    source = context.paths.network(job.trial, round_name(same))
    folder = context.paths.network(job.trial, job.name)
    network_folder.begin(folder)
    for name in _COPIED:
        files.write_bytes(folder / name, vouched.content(source, name))
    place = JobContext(context, job.trial, job.round, job.name)
    weights = (place.rewind_point() if same else place.initial()).weights
    found = place.masks_of(source.name)
    place.weights_of(source.name)
    files.write_npz(folder / "initial.npz", masks.apply(found, weights))
    header, *lines = vouched.text(source, "metrics.csv").splitlines()
    relabelled = [
        ",".join([fields[0], job.label, *fields[2:]])
        for fields in (line.split(",") for line in lines)
    ]
    files.write_text(folder / "metrics.csv", "\n".join([header, *relabelled]) + "\n")
    facts = {
        **network_folder.facts(source), "unit": job.name, "variant": job.label,
        "equal_to": source.name,
        "weights_rule": type(job.variant.weights).__name__,
        "train_seconds": 0.0, "evaluate_seconds": 0.0, "made_from": _made_from(place, folder),
    }
    facts.pop("files")
    network_folder.finish(folder, [*_COPIED, "initial.npz", "metrics.csv"], facts)
    return facts
