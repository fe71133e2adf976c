"""What TensorBoard gets of a trained network: scalars, weight histograms, mask images, hparams."""

import dataclasses

import numpy as np

from lth_keras import paths as run_paths
from lth_keras.figures import mask_planes
from lth_keras.metric import metrics_of
from lth_keras.store.masks_and_weights import read_masks, read_start_file, read_weights
from lth_keras.store.metrics import read_rows
from lth_keras.store.network_folder import facts as read_facts
from lth_keras.tensorboard import event_protocol

GRADIENT_NORM = "gradient_norm"


def tags(metrics):
    """{tag: column of metrics.csv} for `Metric`s; tags of one chart have the same beginning."""
    return {
        f"{measure}/{split}": f"{column}_{measure}"
        for measure in (*(metric.name for metric in metrics), "loss")
        for split, column in (("test", "test"), ("train", "train"), ("validation", "val"))
    }


def hparams_columns(header, of_trials):
    """The columns of the hparams dashboard, without those that are equal for all networks.

    Args:
      header: what run.json holds.
      of_trials: whether there is a row for each trial, or one for their mean.

    Returns:
      (names of the hyperparameters, {tag: words} of the metrics).
    """
    variants, rounds = (set(each) for each in zip(
        *(run_paths.variant_and_round(name) for _, name in header["units"])))
    varied = {"variant": len(variants) > 1, "round": len(rounds) > 1,
              "trial": of_trials and header["trials"] > 1, "kept_percent": len(rounds) > 1}
    metric = metrics_of(header)[0]
    shown = {f"{metric.name}/test": f"final test {metric.words}"}
    if header["data"]["examples"].get("validation"):
        shown[f"{metric.name}/validation"] = f"final validation {metric.words}"
    return [name for name, varies in varied.items() if varies], shown | {
        "loss/test": "final test loss", "loss/train": "final training loss"}


@dataclasses.dataclass(frozen=True)
class Noted:
    """Facts of one step that only the training process knew.

    Attributes:
      wall_time: seconds since 1970 of the evaluation.
      gradient_norm: or None where it was not measured.
    """

    wall_time: float
    gradient_norm: float | None = None


def network(paths, header, trial, name, noted, stored):
    """The events of a stored network.

    Args:
      paths: `RunPaths`.
      header: what run.json holds.
      trial: counted from 1.
      name: the network's folder.
      noted: {step: Noted}; for a step without, the time is `stored`.
      stored: when the network was stored, in seconds since 1970.

    Returns:
      A list of events, complete: from the file's opening to the end of its hparams row.
    """
    folder = paths.network(trial, name)
    facts = read_facts(folder)
    evaluations = read_rows(folder).to_dict("records")
    noted = {row["step"]: noted.get(row["step"], Noted(stored)) for row in evaluations}
    began = min((each.wall_time for each in noted.values()), default=stored)
    metrics = metrics_of(header)
    row = event_protocol.hparams(hyperparameters(facts), began, f"{name}/{trial}")
    return [
        *event_protocol.opening(began),
        event_protocol.event(row, began),
        *(event_protocol.event(scalars(row, metrics, noted[row["step"]].gradient_norm),
                       noted[row["step"]].wall_time, row["step"]) for row in evaluations),
        *(event_protocol.event(summary, stored, step)
          for step, summary in _of_weights(paths, header, trial, name, facts)),
        event_protocol.event(event_protocol.hparams_end(stored, not facts["diverged"]), stored),
    ]


def _of_weights(paths, header, trial, name, facts):
    """(step, summary) of the kept weights' histograms, and of the masks as images."""
    folder = paths.network(trial, name)
    masks = read_masks(folder)
    masks = {key: masks[key] for key in mask_planes.in_order(masks, header)}
    for step, weights in (
        # The file as stored: the histogram is of kept weights, so that no mask has to be applied.
        (facts["start_step"], read_start_file(paths, trial, name)),
        (facts["steps"], read_weights(folder)),
    ):
        for key, mask in masks.items():
            yield step, event_protocol.histogram(f"weights/{key}", weights[key][mask])
    if facts["density"] < 1 and not all(mask.all() for mask in masks.values()):
        for tag, pixels in _images(masks, header["data"]["input_shape"]):
            yield facts["start_step"], event_protocol.image(tag, pixels)


def scalars(row, metrics, gradient_norm=None):
    """A summary of one evaluation, a row of metrics.csv; empty fields are left out."""
    values = {tag: row[column] for tag, column in tags(metrics).items()}
    values["density"] = row["density"]
    present = {tag: value for tag, value in values.items()
               if value is not None and not np.isnan(value)}
    return event_protocol.scalars(present | {GRADIENT_NORM: gradient_norm})


def hyperparameters(facts, of_trials=True):
    """A network's row of the hparams dashboard without its metrics, from done.json."""
    trial = {"trial": facts["trial"]} if of_trials else {}
    return {"variant": facts["variant"], "round": facts["round"], **trial,
            "kept_percent": round(100 * facts["density"], 3)}


def _images(masks, input_shape):
    first = next(iter(masks))
    counts = mask_planes.input_pixels(masks[first], input_shape)
    if counts is not None:
        yield f"input_pixels/{first}", mask_planes.grey(mask_planes.enlarge(counts))
    for key, mask in masks.items():
        yield f"mask/{key}", mask_planes.grey(mask_planes.mask_plane(mask))
