"""Accuracy and loss against epoch, as in the Distributions paper's figures 2 and 4."""

import numpy as np

from lth_keras.figures import style
from lth_keras.figures.mean_line import draw_mean
from lth_keras.metric import ACCURACY

_SPREADS = {1: "one trial", 2: "mean and both trials"}
_MOST_ROUNDS = 3
_MOST_COLUMNS = 3


def learning_curves(metrics, column, subject, metric=ACCURACY):
    """A panel for each round (at most three, spread) and each group of controls.

    Args:
      metrics: what `read_csv` gives.
      column: 'train_loss', or the metric's, such as 'test_accuracy'.
      subject: network, data, trials.
      metric: the `Metric`.

    Returns:
      A figure, or None where no variant was evaluated there.
    """
    metrics = metrics[metrics["variant"] != "imp"]
    variants = list(dict.fromkeys(metrics["variant"]))
    metrics = metrics[metrics[column].notna()]
    if metrics.empty:
        return None
    rounds = style.spread(
        sorted(set(metrics.loc[metrics["round"] > 0, "round"])) or [0], _MOST_ROUNDS)
    groups = style.groups(variants)
    cells = [(round, group) for round in rounds for group in groups]
    title, label = ("Training loss", "training loss") if column == "train_loss" else (
        f"Test {metric.words}", f"test {metric.label}")
    spread = _SPREADS.get(metrics["trial"].nunique(), "mean and 95 % interval")
    figure, axes = _grid(
        len(cells), len(groups), subject, f"{title} against epoch, {spread}")
    styles, named = style.variant_styles(variants), set()
    for panel, (round, group) in zip(axes.flat, cells):
        _draw_panel(panel, metrics, column, round, group, styles, metric)
        # One legend is enough for panels of the same lines: it covers a part of them.
        names = panel.get_legend_handles_labels()[1]
        if len(groups) > 1 or not named.issuperset(names):
            style.legend(panel)
        named.update(names)
    _name_axes(axes, len(cells), label)
    _set_limits(axes[0, 0], metrics, column, metric)
    return figure


def draw_curve(panel, metrics, column, name, options, metric=ACCURACY):
    """Draws a network's mean over trials against epoch, and the band around it.

    Args:
      panel: Axes.
      metrics: the rows of one network; what is not finite is left out.
      column: as in `learning_curves`; shares are shown in per cent.
      name: for the legend.
      options: of `plot`.
      metric: the `Metric`.
    """
    is_loss = column.endswith("loss")
    values = metrics.replace([np.inf, -np.inf], np.nan).dropna(subset=column)
    values = values.assign(**{column: values[column] * (1 if is_loss else metric.scale)})
    # A single point gives no line: only a marker shows it.
    options = {**options, "marker": "." if values["epoch"].nunique() == 1 else None}
    draw_mean(panel, values, "epoch", column, name,
              floor=(lambda means: means / 100) if is_loss else None, **options)


def _grid(cells, groups, subject, title):
    columns = min(_MOST_COLUMNS, groups if groups > 1 else cells)
    rows = -(-cells // columns)
    width, height = style.PAGE, 2.2 if groups == 1 else 2.8
    if cells == 1:
        width, height = style.COLUMN, 2.6
    return style.new(
        rows, columns, width, 0.55 + rows * height, title, subject, sharey=True, sharex=True)


def _draw_panel(panel, metrics, column, round, group, styles, metric):
    """Full, the round's ticket and a group of controls, of the round or of none."""
    networks = [("full", 0), ("ticket", round)]
    networks += [(variant, at) for variant in group for at in dict.fromkeys((round, 0))]
    for variant, at in networks:
        rows = metrics[(metrics["variant"] == variant) & (metrics["round"] == at)]
        if not rows.empty:
            draw_curve(panel, rows, column, variant, styles[variant], metric)
    if round:
        density = metrics.loc[
            (metrics["round"] == round) & (metrics["variant"] == "ticket"), "density"]
        kept = f", {100 * density.iloc[0]:.3g} % of weights" if len(density) else ""
        panel.set_title(f"round {round:02d}{kept}")


def _name_axes(axes, cells, label):
    """Names the outer axes; the lowest panel of each column has its epochs."""
    for panel in axes.flat[cells:]:
        panel.set_visible(False)
    for panel in axes[:, 0]:
        panel.set_ylabel(label)
    for panel in axes.flat[max(0, cells - axes.shape[1]):cells]:
        panel.set_xlabel("epoch")
        panel.tick_params(labelbottom=True)


def _set_limits(panel, metrics, column, metric):
    finite = metrics[np.isfinite(metrics[column])]
    if finite.empty:
        return
    if column.endswith("loss"):
        _set_loss_limits(panel, finite, column)
    else:
        _set_metric_limits(panel, finite, column, metric)


def _set_loss_limits(panel, finite, column):
    if not (finite[column] > 0).any():
        return
    panel.set_yscale("log")
    means = finite.groupby(["variant", "round", "epoch"])[column].mean()
    # A wide interval reaches 0, which is infinitely far down on this axis.
    panel.set_ylim(means[means > 0].min() / 2, 2 * means.max())


def _set_metric_limits(panel, finite, column, metric):
    limits = late_range(finite, column, metric)
    if limits is not None:
        panel.set_ylim(*limits)


def late_range(finite, column, metric):
    """(lowest, highest) of an axis that leaves out the first tenth of the training.

    That part would flatten the rest.

    Args:
      finite: rows of metrics with finite values.
      column: the metric's.
      metric: the `Metric`.

    Returns:
      In the units that are shown; None where all values are equal and 0.
    """
    # Each network has its own epochs: a chain continues those of the round before.
    epochs = finite.groupby(["variant", "round"])["epoch"]
    first, last = epochs.transform("min"), epochs.transform("max")
    late = finite[finite["epoch"] >= first + 0.1 * (last - first)]
    means = metric.scale * late.groupby(["variant", "round", "epoch"])[column].mean()
    lowest, highest = means.quantile(0.01), means.max()
    if not metric.higher_is_better:
        lowest, highest = means.min(), means.quantile(0.99)
    room = max(0.08 * (highest - lowest), 0.05 if metric.is_share else 1e-3 * abs(highest))
    if not np.isfinite(room) or room <= 0:
        return None
    return lowest - room, min(100.0 if metric.is_share else np.inf, highest + room)
