"""Accuracy and loss against epoch, as in the Distributions paper's figures 2 and 4."""

import numpy as np

from lth_keras.figures import bands, style
from lth_keras.statistics.intervals import mean_interval

_COLUMNS = {
    "test_accuracy": "test accuracy (%)", "train_loss": "training loss",
}
_MOST_ROUNDS = 3


def learning_curves(metrics, column, subject):
    """A panel for each round (at most three, spread) and group of controls.

    Args:
      metrics: what `read_csv` gives.
      column: 'test_accuracy' or 'train_loss'.
      subject: network, data, trials.

    Returns:
      A figure, or None where no variant was evaluated there.
    """
    variants = [each for each in dict.fromkeys(metrics["variant"]) if each != "imp"]
    metrics = metrics[(metrics["variant"] != "imp") & metrics[column].notna()]
    rounds = sorted(set(metrics.loc[metrics["round"] > 0, "round"])) or [0]
    if metrics.empty:
        return None
    shown, groups = style.spread(rounds, _MOST_ROUNDS), style.groups(variants)
    cells = [(index, group) for index in shown for group in groups]
    columns = len(groups) if len(groups) > 1 else len(shown)
    columns = min(columns, 3)
    rows = -(-len(cells) // columns)
    width = style.COLUMN if len(cells) == 1 else style.PAGE
    name = "Test accuracy" if column == "test_accuracy" else "Training loss"
    figure, axes = style.new(
        rows, columns, width,
        0.55 + rows * (2.6 if width < 5 else 2.2 if len(groups) == 1 else 2.8), subject,
        f"{name} against epoch, {_shown(metrics)}", sharey=True, sharex=True)
    styles, named = style.variant_styles(variants), set()
    for panel, (index, group) in zip(axes.flat, cells):
        wanted = [("full", 0), ("ticket", index)] + [
            (each, at) for each in group for at in dict.fromkeys((index, 0))
            if ((metrics["variant"] == each) & (metrics["round"] == at)).any()
        ]
        for variant, at in wanted:
            rows_of = metrics[(metrics["variant"] == variant) & (metrics["round"] == at)]
            draw_curve(panel, rows_of, column, {**styles.get(variant, {}), "marker": None},
                       variant)
        density = metrics.loc[
            (metrics["round"] == index) & metrics["variant"].isin(["ticket"]), "density"]
        if index:
            kept = f", {100 * density.iloc[0]:.3g} % of weights" if len(density) else ""
            panel.set_title(f"round {index:02d}{kept}")
        # One is enough for panels of the same lines: it covers a part of what it names.
        names = panel.get_legend_handles_labels()[1]
        if len(groups) > 1 or not named.issuperset(names):
            style.legend(panel)
        named.update(names)
    for panel in axes.flat[len(cells):]:
        panel.set_visible(False)
    for panel in axes[:, 0]:
        panel.set_ylabel(_COLUMNS[column])
    for panel in axes.flat[max(0, len(cells) - columns):len(cells)]:
        panel.set_xlabel("epoch")
        panel.tick_params(labelbottom=True)
    _limits(axes[0, 0], metrics, column)
    return figure


def draw_curve(panel, metrics, column, options, name):
    """A network's mean over trials against epoch on an Axes, and their `bands`."""
    scale = 100 if "accuracy" in column else 1
    values = metrics.replace([np.inf, -np.inf], np.nan).dropna(subset=column)
    points = [
        (epoch, *mean_interval(rows[column] * scale), len(rows))
        for epoch, rows in values.groupby("epoch")
    ]
    if not points:
        return
    epoch, mean, low, high, trials = np.array(points).T
    low, high = bands.drawn(mean, low, high, trials)
    panel.plot(epoch, mean, label=name, marker="." if len(epoch) == 1 else None,
               **{key: value for key, value in options.items() if key != "marker"})
    if column.endswith("loss"):
        low = np.maximum(low, mean / 100)  # A loss is above 0, and the axis is logarithmic.
    panel.fill_between(epoch, low, high, color=options.get("color"), alpha=0.15, linewidth=0)


def _shown(metrics):
    trials = metrics["trial"].nunique()
    return {1: "one trial", 2: "mean and both trials"}.get(trials, "mean and 95 % interval")


def _limits(panel, metrics, column):
    finite = metrics[np.isfinite(metrics[column])]
    if finite.empty:
        return
    if column.endswith("loss"):
        if (finite[column] > 0).any():
            panel.set_yscale("log")
            means = finite.groupby(["variant", "round", "epoch"])[column].mean()
            # A wide interval reaches down to 0, which is endlessly far on this axis.
            panel.set_ylim(means[means > 0].min() / 2, 2 * means.max())
        return
    # What happens before a tenth of the training is over would flatten all that is compared.
    # Each network by its own epochs: a chain's go on from those of the round before.
    epochs = finite.groupby(["variant", "round"])["epoch"]
    first, last = epochs.transform("min"), epochs.transform("max")
    late = finite[finite["epoch"] >= first + 0.1 * (last - first)]
    means = 100 * late.groupby(["variant", "round", "epoch"])[column].mean()
    lowest, highest = means.quantile(0.01), means.max()
    room = max(0.08 * (highest - lowest), 0.05)
    panel.set_ylim(lowest - room, min(100.0, highest + room))
