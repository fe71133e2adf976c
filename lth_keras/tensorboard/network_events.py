"""One trained network as events: scalars, weight histograms, masks as images, hparams."""

import dataclasses

import numpy as np

from lth_keras.figures import mask_planes
from lth_keras.metric import metrics_of
from lth_keras.store.metrics import read_rows
from lth_keras.store.network_folder import facts as read_facts
from lth_keras.store.network_reader import read_masks, read_start, read_weights
from lth_keras.tensorboard import events

GRADIENT_NORM = "gradient_norm"
# Five, since the dashboard hides any further column until it is asked for.
HPARAMS = ("variant", "round", "trial", "kept_percent", "learning_rate")


def tags(metrics):
    """{tag: column of metrics.csv} for `Metric`s; tags that one chart should share begin alike."""
    return {
        f"{measure}/{split}": f"{column}_{measure}"
        for measure in (*(metric.name for metric in metrics), "loss")
        for split, column in (("test", "test"), ("train", "train"), ("validation", "val"))
    }


def hparams_metrics(metric):
    """{tag: words} of what the hparams dashboard shows beside the settings."""
    return {
        f"{metric.name}/test": f"final test {metric.words}",
        f"{metric.name}/validation": f"final validation {metric.words}",
        "loss/test": "final test loss", "loss/train": "final training loss", "density": "density",
    }


@dataclasses.dataclass(frozen=True)
class Noted:
    """What only the process that trained a network knew of one step.

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
    row = events.hparams(hyperparameters(header, facts), began, f"{name}/{trial}")
    return [
        *events.opening(began),
        events.event(row, began),
        *(events.event(scalars(row, metrics, noted[row["step"]].gradient_norm),
                       noted[row["step"]].wall_time, row["step"]) for row in evaluations),
        *(events.event(summary, stored, step)
          for step, summary in _of_weights(paths, header, trial, name, facts)),
        events.event(events.hparams_end(stored, not facts["diverged"]), stored),
    ]


def _of_weights(paths, header, trial, name, facts):
    """(step, summary) of the kept weights' histograms, and of the masks as images."""
    folder = paths.network(trial, name)
    masks = read_masks(folder)
    masks = {key: masks[key] for key in mask_planes.in_order(masks, header)}
    for step, weights in (
        (facts["start_step"], read_start(paths, trial, name)),
        (facts["steps"], read_weights(folder)),
    ):
        for key, mask in masks.items():
            yield step, events.histogram(f"weights/{key}", weights[key][mask])
    if facts["density"] < 1 and not all(mask.all() for mask in masks.values()):
        for tag, pixels in _images(masks, header["data"]["input_shape"]):
            yield facts["start_step"], events.image(tag, pixels)


def scalars(row, metrics, gradient_norm=None):
    """A summary of one evaluation, a row of metrics.csv; what was not evaluated is left out."""
    values = {tag: row[column] for tag, column in tags(metrics).items()}
    values["density"] = row["density"]
    present = {tag: value for tag, value in values.items()
               if value is not None and not np.isnan(value)}
    return events.scalars(present | {GRADIENT_NORM: gradient_norm})


def hyperparameters(header, facts):
    """A network's row of the hparams dashboard, but for its metrics."""
    row = {
        "variant": facts["variant"], "round": facts["round"], "trial": facts["trial"],
        "kept_percent": round(100 * facts["density"], 3),
        "learning_rate": header["configuration"]["optimizer"].get("learning_rate"),
    }
    # A learning-rate schedule is a dict, and the dashboard takes numbers and words.
    return {
        name: value if isinstance(value, (int, float, str)) else str(value)
        for name, value in row.items() if value is not None
    }


def _images(masks, input_shape):
    first = next(iter(masks))
    counts = mask_planes.input_pixels(masks[first], input_shape)
    if counts is not None:
        yield f"input_pixels/{first}", mask_planes.grey(mask_planes.enlarge(counts))
    for key, mask in masks.items():
        yield f"mask/{key}", mask_planes.grey(mask_planes.mask_plane(mask))
