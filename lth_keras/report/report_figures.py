"""Which figures a run's report has, their captions, and what of the store each is drawn from."""

import dataclasses

import numpy as np

from lth_keras import figures, masks
from lth_keras.figures import bands, mask_planes
from lth_keras.figures.style import spread
from lth_keras.store.network_reader import read_masks, read_start, read_weights
from lth_keras.store.stored_run import label

_MOST_MAPS = 8
_MOST_LAYERS = 8
_MOST_NETWORKS = 3


@dataclasses.dataclass(frozen=True)
class Picture:
    """A figure, encoded.

    Attributes:
      name: of its files.
      title: a few words.
      caption: how to read it.
      png, pdf: bytes.
    """

    name: str
    title: str
    caption: str
    png: bytes
    pdf: bytes


def draw(run, comparisons):
    """The figures that a run has the data for, as `Picture`s.

    Args:
      run: `StoredRun`.
      comparisons: what `statistics.comparisons` gives.
    """
    subject, found = run.subject, []
    with figures.settings():
        for name, title, caption, make in _plan(run, comparisons, subject):
            figure = make()
            if figure is not None:
                found.append(Picture(name, title, caption, *figures.encode(figure)))
                figures.close(figure)
    return found


def _plan(run, comparisons, subject):
    summary, metrics = run.summary, run.metrics
    band = f"Lines are means over trials, bands {bands.words(run.trials)}."
    both = ("test_accuracy_final", "early_stop_step")
    yield (
        "accuracy_by_density", "Accuracy and early stopping against density",
        f"From all weights on the left to few on the right, on a logarithmic axis. {band} A level "
        "line is a network that is not pruned.",
        lambda: figures.accuracy_by_density(
            summary, both, subject, "Accuracy and early stopping against weights kept",
            run.variants()),
    )
    yield (
        "forest_ticket", "Differences from the ticket",
        "Each network's final test accuracy minus that of the ticket of its round, trial by "
        "trial. An interval that crosses the solid line may be chance; a cross has none, since all "
        "trials differ by the same. Of many rounds some are shown, the table has all.",
        lambda: figures.forest(comparisons, "ticket", run.margin, subject),
    )
    yield (
        "forest_full", "Differences from the full network",
        "The same against the dense network. A network matches it where the whole interval lies "
        "to the right of the dotted margin.",
        lambda: figures.forest(comparisons, "full", run.margin, subject),
    )
    yield (
        "accuracy_curves", "Accuracy against epoch",
        f"{band} The accuracies shown are those after a tenth of the training.",
        lambda: figures.learning_curves(metrics, "test_accuracy", subject),
    )
    yield (
        "loss_curves", "Training loss against epoch", f"{band} The axis is logarithmic.",
        lambda: figures.learning_curves(metrics, "train_loss", subject),
    )
    if {"ticket", "one_shot"} <= set(run.variants()):
        yield (
            "one_shot", "One-shot against iterative pruning",
            f"The ticket found over rounds, and the one cut from the dense network at once. {band}",
            lambda: figures.accuracy_by_density(
                summary, both, subject, "One-shot against iterative pruning",
                ("full", "ticket", "one_shot")),
        )
    yield (
        "weight_distributions", "Distributions of weights",
        "All layers together, of one trial. Where other networks start from weights that are "
        "drawn from the ticket's distribution, their draws are outlined.",
        lambda: figures.weight_distributions(_weights(run), _of_trial(run)),
    )
    yield (
        "imp_rounds", "The rounds of iterative pruning",
        f"Where the masks come from: the network at the end of each round's training. {band}",
        lambda: figures.accuracy_by_density(
            summary, both, subject, "The rounds of iterative pruning", ("imp",)),
    )
    yield (
        "layer_densities", "Layers by round",
        "The share of its weights that each layer keeps, means over trials.",
        lambda: figures.layer_densities(_layers(run), subject),
    )
    maps, planes, index = _maps(run)
    yield (
        "pixel_maps", "What the first layer looks at",
        "For each pixel how many of its weights into the first layer are kept, relative to the "
        "mean over the pixels, which is 1; means over trials.",
        lambda: figures.pixel_maps(maps, subject),
    )
    yield (
        "kernel_maps", "Where the masks keep weights",
        "For each layer, inputs down and outputs across; of a convolution's window the share that "
        "is kept. Means over trials.",
        lambda: figures.kernel_maps(planes, subject, index),
    )


def _first_trial(run):
    return min((trial for trial, _ in run.facts), default=1)


def _of_trial(run):
    return f"{run.network} on {run.data}, trial {_first_trial(run)} of {run.trials}"


def _weights(run):
    trial, found = _first_trial(run), []
    names = [("full", 0)] if run.folder(trial, "full", 0) else []
    rounds = [index for index in run.rounds("ticket") if run.folder(trial, "ticket", index)]
    names += [("ticket", index) for index in spread(rounds, _MOST_NETWORKS - len(names))]
    for variant, index in names:
        folder = run.folder(trial, variant, index)
        samples = [
            (label(each, index), _survivors(other, read_start(run.paths, trial, other.name)))
            for each in ("reinit", "reinit_trained")
            if variant == "ticket" and (other := run.folder(trial, each, index))
        ]
        found.append((
            label(variant, index), _survivors(folder, read_start(run.paths, trial, folder.name)),
            _survivors(folder, read_weights(folder)), samples))
    return found


def _survivors(folder, weights):
    return np.concatenate([weights[key][mask] for key, mask in read_masks(folder).items()])


def _rounds_of_imp(run):
    """{round: [folder of each trial]} of the stored rounds."""
    return {
        index: [
            folder for trial in sorted({trial for trial, _ in run.facts})
            if (folder := run.folder(trial, "imp", index))
        ]
        for index in run.rounds("imp")
    }


def _layers(run):
    shares, sizes = {}, run.header["prunable_weights"]
    for facts in run.facts.values():
        if facts["variant"] == "imp":
            for layer, kept in facts["kept_weights"].items():
                shares.setdefault(layer, {}).setdefault(facts["round"], []).append(kept)
    return {
        layer: [(index, float(np.mean(kept)) / sizes[layer])
                for index, kept in shares[layer].items()]
        for layer in mask_planes.in_order(shares, run.header) if sizes[layer]
    }


def _maps(run):
    """(pixel maps of rounds, kernel maps of the last round, that round); one of them is empty."""
    folders = _rounds_of_imp(run)
    pruned = [index for index in folders if index > 0]
    if not pruned:
        return [], [], 0
    shape = tuple(run.header["data"]["input_shape"])
    some = read_masks(folders[pruned[0]][0])
    first = mask_planes.in_order(some, run.header)[0]
    full = mask_planes.input_pixels(np.ones_like(some[first]), shape)
    if full is None:
        return [], _planes(run, folders[pruned[-1]]), pruned[-1]
    maps = []
    for index in spread(pruned, _MOST_MAPS):
        stored = [read_masks(folder) for folder in folders[index]]
        plane = np.mean([mask_planes.input_pixels(each[first], shape) for each in stored], 0) / full
        kept = np.mean([masks.total_kept(each) / masks.size(each) for each in stored])
        maps.append((index, float(kept), plane))
    return maps, [], 0


def _planes(run, folders):
    stored = [read_masks(folder) for folder in folders]
    planes = []
    for key in spread(mask_planes.in_order(stored[0], run.header), _MOST_LAYERS):
        mean = np.mean([each[key] for each in stored], axis=0)
        if mean.ndim > 2:
            mean = mean.mean(axis=tuple(range(mean.ndim - 2)))
        planes.append((key, np.atleast_2d(mean)))
    return planes
