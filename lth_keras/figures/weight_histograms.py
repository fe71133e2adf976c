"""Distributions of the weights that are kept, as in the Distributions paper's figure 5."""

import numpy as np

from lth_keras.figures import style

_BINS = 81
_DRAWN = (  # The networks whose start is drawn from the ticket's distribution.
    {"color": style.VERMILION, "linestyle": "-"}, {"color": style.GREEN, "linestyle": "--"},
    {"color": style.PINK, "linestyle": ":"},
)
_WHEN = ("at the start", "after training")


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
    figure, axes = style.new(
        2, len(networks), style.PAGE if len(networks) > 1 else style.COLUMN, 4.0,
        "Weights that are kept, at the start and after training", subject,
        sharex="row", sharey="row")
    for row in range(2):
        edges = _edges(np.concatenate([network[1 + row] for network in networks]))
        highest = [
            _draw_network(panel, row, edges, *network)
            for panel, network in zip(axes[row], networks, strict=True)
        ]
        axes[row, 0].set_ylabel("probability density")
        # Room for the legend above the curves.
        axes[row, 0].set_ylim(0, (1.3 if row == 0 else 1.1) * (max(highest) or 1.0))
    return figure


def _edges(weights):
    """Edges of bins that hold all weights but the outermost of a thousand."""
    weights = weights[np.isfinite(weights)]
    limit = np.quantile(np.abs(weights), 0.999) * 1.1 if weights.size else 1.0
    return np.linspace(-limit, limit, _BINS + 1)


def _draw_network(panel, row, edges, name, start, end, samples):
    """Draws one network's weights at the start (row 0) or the end; the highest density."""
    weights = (start, end)[row]
    highest = _draw_density(panel, weights, edges, fill=True, color=style.BLUE, alpha=0.35)
    if row == 0:
        for place, (sampled, values) in enumerate(samples):
            _draw_density(panel, values, edges, label=f"{sampled}: drawn",
                          **_DRAWN[place % len(_DRAWN)])
    if panel.get_legend_handles_labels()[0]:
        panel.legend(loc="upper left", handlelength=1.2)
    panel.set_title(f"{name}, {_WHEN[row]}\n{weights.size:,} weights")
    panel.set_xlabel("weight")
    return highest


def _draw_density(panel, values, edges, **options):
    """Draws a histogram of the finite values as a density; its highest value, 0 without any."""
    values = values[np.isfinite(values)]
    if not values.size:
        return 0.0
    counts, _ = np.histogram(values, edges)
    density = counts / (values.size * np.diff(edges))
    panel.stairs(density, edges, linewidth=0.9, **options)
    return float(density.max())
