"""Stores a job's results in its network's folder; done.json is written last."""

import dataclasses
import json
import os

from lth_keras import files, masks
from lth_keras.experiment import pruner
from lth_keras.learned_masks import mean_kept
from lth_keras.paths import round_name
from lth_keras.process_memory import peak_memory
from lth_keras.store import masks_and_weights, network_folder, vouched
from lth_keras.store.fingerprints import shapes_of
from lth_keras.store.metrics import MetricsRow, columns, relabelled, rows_to_csv
from lth_keras.training import MaskUpdates, MaskWatch, TrainingProgress, TrainState
from lth_keras.variables import named_variables

_COPIED = ("masks.npz", "weights.npz")


@dataclasses.dataclass(frozen=True)
class TrainedNetwork:
    """A job's network after its training.

    Attributes:
      start: the `RewindPoint` from which its training started.
      progress: the `TrainingProgress` at its end.
      updates: `MaskUpdates` by which its masks changed; None where they stayed.
      watch: `MaskWatch` that drew masks from it; None where none was drawn.
    """

    start: TrainState
    progress: TrainingProgress
    updates: MaskUpdates | None = None
    watch: MaskWatch | None = None


def store_network(job, network):
    """Stores a `TrainedNetwork`.

    Returns:
      The facts that done.json holds.
    """
    start, progress = network.start, network.progress
    final = progress.state.masks
    network_folder.begin(job.folder)
    names = ["masks.npz", "weights.npz", "metrics.csv"]
    files.write_npz(job.folder / "masks.npz", final, compress=True)
    if network.updates is not None:
        names.append("initial_masks.npz")
        files.write_npz(job.folder / "initial_masks.npz", start.masks, compress=True)
    files.write_npz(job.folder / "weights.npz", progress.state.weights)
    if job.keeps_optimizer:
        names.append("optimizer.npz")
        files.write_npz(job.folder / "optimizer.npz", progress.state.optimizer)
    if job.variant is not None or "biases_from" in job.told:
        names.append("initial.npz")
        keeps_pruned = job.variant is not None and job.variant.pruned == "initial"
        first = start.weights if keeps_pruned else masks.apply(
            start.masks if progress.state.learned is None else final, start.weights)
        files.write_npz(job.folder / "initial.npz", first)
    if progress.state.learned is not None:
        job.told["mean_kept"] = mean_kept(progress.state.learned, progress.state.step - start.step)
    if progress.drawn:
        names.append(_store_drawn(job, network))
    facts = _facts(job, network)
    files.write_text(
        job.folder / "metrics.csv", _rows(job, facts["density"], progress.evaluations))
    # Files of the trial that this job wrote or read: done.json has their checksums too.
    names += [os.path.relpath(path, job.folder) for path in job.used]
    network_folder.finish(job.folder, names, facts)
    return facts


def _store_drawn(job, network):
    watch, drawn = network.watch, network.progress.drawn
    files.write_npz(job.folder / masks_and_weights.DRAWN_MASKS, {
        f"{step:09d}": bits for step, bits in drawn.items()}, compress=True)
    job.told["early_bird"] = {
        "found_at": watch.found(drawn), "window": watch.window, "distance": watch.distance,
        "stops": watch.stops}
    return masks_and_weights.DRAWN_MASKS


def store_equal_round(job):
    """Stores a variant's network that equals one of IMP's: copies the files and trains nothing.

    Returns:
      The facts that done.json holds.
    """
    source = job.context.paths.network(job.trial, round_name(job.equal_round))
    network_folder.begin(job.folder)
    for name in _COPIED:
        files.write_bytes(job.folder / name, vouched.content(source, name))
    weights = (job.rewind_point() if job.equal_round else job.initial()).weights
    files.write_npz(job.folder / "initial.npz", masks.apply(job.masks_of(source.name), weights))
    # It is read so that `made_from` names it: the weights themselves are not used.
    job.weights_of(source.name)
    files.write_text(job.folder / "metrics.csv", relabelled(source, job.label, job.round))
    facts = {
        **network_folder.facts(source), "unit": job.name, "variant": job.label,
        # The dense network may stand beside the ticket of each round.
        "round": job.round, "equal_to": source.name,
        "weights_rule": type(job.variant.weights).__name__,
        "starts_from": job.variant.weights.equals,
        "train_seconds": 0.0, "evaluate_seconds": 0.0, "peak_memory_bytes": peak_memory(),
        "made_from": _made_from(job),
    }
    facts.pop("files")
    network_folder.finish(job.folder, [*_COPIED, "initial.npz", "metrics.csv"], facts)
    return facts


def _made_from(job):
    return {
        "files": {os.path.relpath(path, job.folder): checksum
                  for path, checksum in job.made_from.items()},
        "data": job.context.data.fingerprint,
        "configuration": job.context.configuration_digest,
    }


def _facts(job, network):
    told = dict(job.told)
    start, progress, final = network.start, network.progress, network.progress.state.masks
    # A narrower network's density is also a share of the FULL network's weights, so that it can be
    # compared with the ticket of its size.
    full = sum(weight.size for weight in job.context.prunable)
    metric = job.context.metric.name
    facts = {
        "trial": job.trial, "unit": job.name, "variant": job.label, "round": job.round,
        "density": masks.total_kept(final) / full, "kept_weights": masks.kept(final),
        "collapsed_layers": pruner.collapsed(final),
        "prunable_weights": masks.size(final), "architecture": job.arguments,
        "start_step": start.step, "steps": progress.state.step, "diverged": progress.diverged,
        "weights_rule": type(job.variant.weights).__name__ if job.variant else None,
        "starts_from": job.variant.weights.equals if job.variant else None,
        "histogram_distance": told.pop("histogram_distance", None), "told": told,
        "made_from": _made_from(job),
        f"final_test_{metric}": progress.evaluations[-1].values[f"test_{metric}"],
        "train_seconds": round(progress.train_seconds, 3),
        "evaluate_seconds": round(progress.evaluate_seconds, 3),
        "peak_memory_bytes": peak_memory(),
    }
    if "biases_from" in told:
        facts["biases_from"] = told.pop("biases_from")
    if job.variant is not None and job.variant.pruned == "initial":
        facts["pruned"] = "initial"
    grouping = job.context.grouping
    if not grouping.counts_weights and not job.arguments:
        facts["kept_groups"] = masks.kept(grouping.alive(final))
    if network.updates is not None:
        rule = network.updates.rule
        facts["mask_updates"] = {
            "rule": type(rule).__name__, "updates": progress.updates,
            "dense_gradients": rule.dense_gradients, "dense_moments": rule.dense_moments,
            "kept": progress.kept,
        }
    if job.arguments:
        # run.json describes only the experiment's own network; readers of this one need its
        # description here.
        model = job.context.build(**job.arguments)
        facts["model"] = json.loads(model.to_json())["config"]
        facts["variables"] = shapes_of(named_variables(model))
    return facts


def _rows(job, density, evaluations):
    return rows_to_csv([
        MetricsRow(
            trial=job.trial, variant=job.label, round=job.round, density=density,
            step=evaluation.step, epoch=evaluation.step / job.context.steps_per_epoch,
            values=evaluation.values,
        )
        for evaluation in evaluations
    ], columns(job.context.task.metrics))
