"""Which figures a run's report has, and their captions. A new figure of the report goes here."""

import dataclasses

from lth_keras.figures import (
    bands,
    cost_fronts,
    curves,
    densities,
    forest,
    latencies,
    mask_maps,
    style,
    weight_histograms,
)
from lth_keras.metric import ACCURACY, capitalised
from lth_keras.report import cost_table, figure_data
from lth_keras.report.latency_points import latency_points
from lth_keras.statistics.comparisons import trial_differences
from lth_keras.statistics.summary import final_column, trial_values, without_diverged


@dataclasses.dataclass(frozen=True)
class Picture:
    """A figure as encoded files.

    Attributes:
      name: the name of its files, without the suffix.
      title: a few words.
      caption: how to read it.
      png, pdf: bytes.
    """

    name: str
    title: str
    caption: str
    png: bytes
    pdf: bytes

    @property
    def turns(self):
        """Whether a dark page may invert its lightness; not where grey has a meaning."""
        return not self.name.endswith("_maps")


def draw(run, comparisons):
    """The figures for which a run has the data, as `Picture`s.

    Args:
      run: `StoredRun`.
      comparisons: what `statistics.comparisons` gives.
    """
    pictures = []
    with style.settings():
        for name, title, caption, make in _plan(run, comparisons):
            figure = make()
            if figure is not None:
                pictures.append(Picture(name, title, caption, *style.encode(figure)))
    return pictures


def _plan(run, comparisons):
    """(name, title, caption, function that draws it) of each figure, in the report's order.

    A function returns None where the run has no data for its figure.
    """
    band = f"Lines are means over trials, bands {bands.words(run.trials)}."
    yield from _plan_of_results(run, comparisons, band)
    yield from _plan_of_costs(run)
    yield from _plan_of_training(run, band)
    yield from _plan_of_masks(run)
    yield (
        "latencies", f"{capitalised(run.metric.words)} against measured latency",
        "Each exported network in its fastest float32 format, beside the dense network and the "
        "dense one of its size that it was timed against: milliseconds of one call, batch 1, with "
        "the quartiles of the turns; upright, the 95 % interval over trials. Points may come from "
        "exports that were timed at different times. 'busy': other programs used the machine "
        "meanwhile, and the times may be too long.",
        lambda: latencies.metric_by_latency(
            latency_points(run), run.subject, run.metric),
    )


def _plan_of_results(run, comparisons, band):
    metric = run.metric
    name, named = metric.name, capitalised(metric.words)
    side = "right" if metric.higher_is_better else "left"
    yield (
        f"{name}_by_density", f"{named} and early stopping against density",
        f"From all weights on the left to few on the right, on a logarithmic axis. {band} Small "
        "points: what each trial reached; networks of one density stand beside each other. A level "
        "line is a network that is not pruned.",
        lambda: _by_density(
            run, f"{named} and early stopping against weights kept", run.variants()),
    )
    yield (
        "forest_ticket", "Differences from the ticket",
        f"Each network's final test {metric.words} minus that of the ticket of its round, trial by "
        "trial. Filled and coloured: clear after Holm's correction. Grey: may be chance, even "
        "where its own interval does not cross the solid line. Small points: the trials. A cross "
        "has no interval, since all trials differ by the same. Of many rounds some are shown, the "
        "table has all.",
        lambda: forest.forest(comparisons, "ticket", run.margin, run.subject, metric,
                              trial_differences(run.metrics, "ticket", metric)),
    )
    yield (
        "forest_full", "Differences from the full network",
        "The same against the dense network. A network matches it where the whole interval lies "
        f"to the {side} of the dotted margin.",
        lambda: forest.forest(comparisons, "full", run.margin, run.subject, metric,
                              trial_differences(run.metrics, "full", metric)),
    )


def _plan_of_costs(run):
    if cost_table.has_rivals(run):
        yield (
            "cost_fronts", f"{capitalised(run.metric.words)} for what it costs",
            "Each network by the floating-point operations of its training, those of its mask's "
            "search included, and by the weights that it keeps. Bars, across too: "
            f"{bands.words(run.trials)}; small points: the trials. The dashed line joins the "
            "networks that no other one beats.",
            lambda: cost_fronts.cost_fronts(run.summary, run.subject, run.metric,
                                            trial_values(run.metrics, run.metric)),
        )


def _plan_of_training(run, band):
    metric = run.metric
    values = "accuracies" if metric == ACCURACY else "values"
    yield (
        f"{metric.name}_curves", f"{capitalised(metric.words)} against epoch",
        f"{band} The {values} shown are those after a tenth of the training.",
        lambda: curves.learning_curves(
            without_diverged(run.metrics), f"test_{metric.name}", run.subject, metric),
    )
    yield (
        "loss_curves", "Training loss against epoch", f"{band} The axis is logarithmic.",
        lambda: curves.learning_curves(
            without_diverged(run.metrics), "train_loss", run.subject),
    )
    if {"ticket", "one_shot"} <= set(run.variants()):
        yield (
            "one_shot", "One-shot against iterative pruning",
            f"The ticket found over rounds, and the one cut from the dense network at once. {band}",
            lambda: _by_density(
                run, "One-shot against iterative pruning", ("full", "ticket", "one_shot")),
        )
    yield (
        "weight_distributions", "Distributions of weights",
        "All layers together, of one trial. Where other networks start from weights that are "
        "drawn from the ticket's distribution, their draws are outlined.",
        lambda: weight_histograms.weight_distributions(
            figure_data.kept_weights(run), figure_data.first_trial_subject(run)),
    )
    yield (
        "imp_rounds", "The rounds of iterative pruning",
        f"Where the masks come from: the network at the end of each round's training. {band}",
        lambda: _by_density(run, "The rounds of iterative pruning", ("imp",)),
    )


def _plan_of_masks(run):
    yield (
        "layer_densities", "Layers by round",
        "The share of its weights that each layer keeps, means over trials.",
        lambda: densities.layer_densities(figure_data.layer_densities(run), run.subject),
    )
    maps, planes, round = figure_data.mask_maps(run)
    yield (
        "pixel_maps", "What the first layer looks at",
        "For each pixel how many of its weights into the first layer are kept, relative to the "
        "mean over the pixels, which is 1; means over trials.",
        lambda: mask_maps.pixel_maps(maps, run.subject),
    )
    yield (
        "kernel_maps", "Where the masks keep weights",
        "For each layer, inputs down and outputs across; of a convolution's window the share that "
        "is kept. Means over trials.",
        lambda: mask_maps.kernel_maps(planes, run.subject, round),
    )


def _by_density(run, title, variants):
    return densities.metric_by_density(
        run.summary, (final_column(run.metric), "early_stop_step"), run.subject, title, variants,
        run.metric, _ceilings(run, variants), trial_values(run.metrics, run.metric))


def _ceilings(run, variants):
    """The step at which the last of these networks ended; early stopping cannot be later."""
    steps = run.metrics.loc[run.metrics["variant"].isin(variants), "step"]
    return {"early_stop_step": steps.max()} if len(steps) else {}
