"""Distributions of the weights that are kept, as in the Distributions paper's figure 5."""

import numpy as np

from lth_keras.figures import style

_BINS = 81


def weight_distributions(networks, subject):
    """A column per network: its surviving weights at the start above, after training below.

    Args:
      networks: [(name, start, end, samples)]: surviving weights of all layers, each 1-D;
        `samples` are [(name, 1-D)] of networks that start from draws of the same distribution.
      subject: network, data, trial.

    Returns:
      A figure, or None without a network.
    """
    if not networks:
        return None
    columns = len(networks)
    figure, axes = style.new(
        2, columns, style.PAGE if columns > 1 else style.COLUMN, 4.0, subject,
        "Weights that are kept, at the start and after training", sharex="row", sharey="row")
    highest = [0.0, 0.0]
    for row in range(2):
        every = np.concatenate([network[1 + row] for network in networks])
        every = every[np.isfinite(every)]
        limit = np.quantile(np.abs(every), 0.999) * 1.1 if every.size else 1.0
        edges = np.linspace(-limit, limit, _BINS + 1)
        for column, network in enumerate(networks):
            panel = axes[row, column]
            top = _draw(panel, network[1 + row], edges, None, "#0072B2", filled=True, alpha=0.35)
            highest[row] = max(highest[row], top)
            if row == 0:
                for place, (name, values) in enumerate(network[3]):
                    _draw(panel, values, edges, color=("#D55E00", "#009E73", "#CC79A7")[place % 3],
                          linestyle=("-", "--", ":")[place % 3], label=f"{name}: drawn")
            if panel.get_legend_handles_labels()[0]:
                panel.legend(loc="upper left", handlelength=1.2)
            panel.set_title(
                f"{network[0]}, " + ("at the start" if row == 0 else "after training")
                + f"\n{network[1 + row].size:,} weights")
            panel.set_xlabel("weight")
    for row in range(2):
        axes[row, 0].set_ylabel("probability density")
        # Room for the legend above the curves.
        axes[row, 0].set_ylim(0, (1.3 if row == 0 else 1.1) * highest[row])
    return figure


def _draw(panel, values, edges, label, color, filled=False, **options):
    values = values[np.isfinite(values)]
    if not values.size:
        return 0.0
    density, _ = np.histogram(values, edges)
    density = density / (values.size * np.diff(edges))
    panel.stairs(density, edges, fill=filled, label=label, color=color, linewidth=0.9, **options)
    return float(density.max())
