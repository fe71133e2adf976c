"""Metrics and layer densities against the share of weights that are kept."""

import numpy as np
from matplotlib import ticker

from lth_keras.figures import bands, style
from lth_keras.metric import ACCURACY

_MOST_TICKS = 9
_MOST_COLUMNS = 3


def metric_by_density(summary, columns, subject, title, variants, metric=ACCURACY, ceilings=None,
                      trials=None):
    """Columns of the summary against density, on the literature's log axis from 100 % down.

    Args:
      summary: what `summarise` gives.
      columns: stems, such as 'test_accuracy_final'; a row of panels each.
      subject: network, data, trials.
      title: what is shown.
      variants: which; 'imp' are the rounds of IMP themselves.
      metric: the `Metric` that the summary is of.
      ceilings: {column: the largest value that it can have}; it is drawn, and a column that is
        nowhere below it is left out.
      trials: what `trial_values` gives, drawn as small points; None for none.

    Returns:
      A figure, or None where nothing depends on a round.
    """
    names = [each for each in dict.fromkeys(summary["variant"]) if each in variants]
    ceilings = ceilings or {}
    columns = [each for each in columns
               if (summary[f"{each}_mean"] < ceilings.get(each, np.inf)).any()]
    pruned = summary[(summary["round"] > 0) & summary["variant"].isin(names)]
    if pruned.empty or not columns:
        return None
    groups, styles = style.groups(names), style.variant_styles(names)
    # A narrower dense network's density is only near the ticket's: the median is the ticket's.
    densities = 100 * pruned.groupby("round")["density"].median()
    figure, panels = _grid(len(columns), len(groups), subject, title)
    cells = [(column, group) for column in columns for group in groups]
    for panel, (column, group) in zip(panels, cells, strict=True):
        shown = [each for each in ("full", "imp", "ticket", *group) if each in names]
        for variant, beside in style.side_by_side(shown, densities).items():
            draw_by_density(panel, summary[summary["variant"] == variant], column, variant,
                            styles[variant], metric, trials, beside)
        if column in ceilings:
            panel.axhline(ceilings[column], color=style.GREY, linestyle=":", linewidth=0.8,
                          label="end of training")
        is_step = column == "early_stop_step"
        panel.set_ylabel("early-stopping iteration" if is_step else f"final test {metric.label}")
        density_axis(panel, densities)
        style.legend(panel)
    return figure


def _grid(columns, groups, subject, title):
    """(figure, the panels of each column and group); unused panels are hidden."""
    if groups == 1:
        width = style.PAGE if columns > 1 else style.COLUMN
        figure, axes = style.new(1, columns, width, 0.5 + 2.4, title, subject)
        return figure, list(axes.flat)
    across = min(_MOST_COLUMNS, groups)
    down = -(-groups // across)  # Rows of panels for each column of the summary.
    figure, axes = style.new(
        columns * down, across, style.PAGE, 0.5 + 3.0 * columns * down, title, subject)
    panels = []
    for place, panel in enumerate(axes.flat):
        if place % (down * across) < groups:
            panels.append(panel)
        else:
            panel.set_visible(False)
    return figure, panels


def draw_by_density(panel, rows, column, name, options, metric=ACCURACY, trials=None,
                    beside=1.0):
    """One variant on an Axes: its mean against density, with `bands`, and its trials' values.

    A network that no round prunes is a horizontal line with its band. `beside` is a factor of the
    densities (`style.side_by_side`).
    """
    scale = metric.scale if f"test_{metric.name}" in column else 1
    rows = rows[rows[f"{column}_mean"].notna()].sort_values("density")
    if rows.empty:
        return
    mean, low, high = (
        scale * rows[f"{column}_{end}"].to_numpy(float) for end in ("mean", "ci_low", "ci_high"))
    low, high = bands.drawn(mean, low, high, (rows["trials"] - rows["diverged"]).to_numpy())
    density, colour = 100 * beside * rows["density"].to_numpy(float), options["color"]
    if trials is not None:
        own = trials[(trials["variant"] == rows["variant"].iloc[0]) & trials[column].notna()]
        style.draw_trials(panel, 100 * beside * own["density"], scale * own[column], colour)
    if len(rows) == 1 and rows["round"].iloc[0] == 0 and name != "imp":
        panel.axhline(mean[0], label=name, **style.without_marker(options))
        if np.isfinite(low[0]):
            panel.axhspan(low[0], high[0], color=colour, alpha=0.12, linewidth=0)
        return
    panel.plot(density, mean, label=name, **options)
    if len(rows) > 1:
        panel.fill_between(density, low, high, color=colour, alpha=0.16, linewidth=0)
    elif np.isfinite(low[0]):
        panel.errorbar(density, mean, [mean - low, high - mean], color=colour)


def density_axis(panel, densities):
    """A log axis of per cent of weights kept, falling to the right, labelled where data are."""
    panel.set_xscale("log")
    distinct = []
    for density in sorted({100.0, *densities}, reverse=True):
        # A narrower dense network's density is near the ticket's, and so would its label be.
        if not distinct or density < 0.96 * distinct[-1]:
            distinct.append(density)
    chosen = distinct[::-(-len(distinct) // _MOST_TICKS)]
    panel.xaxis.set_major_locator(ticker.FixedLocator(chosen))
    panel.xaxis.set_minor_locator(ticker.NullLocator())
    panel.xaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:.3g}"))
    panel.tick_params(axis="x", labelrotation=45 if len(chosen) > 6 else 0)
    panel.set_xlim(115, min(densities) / 1.2)  # Room for variants beside each other.
    panel.set_xlabel("weights kept (%)")


def layer_densities(densities, subject):
    """Share of each layer that is kept, by round; a line per layer.

    Args:
      densities: {layer: [(round, share from 0 to 1)]}, layers from the input to the output.
      subject: network, data, trials.

    Returns:
      A figure, or None without a round.
    """
    if not any(densities.values()):
        return None
    many = len(densities) > len(style.MARKERS)
    width, height = (style.PAGE, 3.4) if many else (style.COLUMN, 2.9)
    figure, axes = style.new(
        1, 1, width, height, "Weights kept in each layer by round", subject)
    panel, colours = axes[0, 0], style.sequence(len(densities))
    for place, (layer, points) in enumerate(densities.items()):
        rounds, shares = np.array(sorted(points)).T
        # Layers with one rate have the same line: later ones are thinner, so that each can be seen.
        under = 0 if many else 1 - place / max(1, len(densities) - 1)
        panel.plot(rounds, 100 * shares, label=layer, color=colours[place],
                   marker=style.marker(place), markersize=2.5 + 4.5 * under,
                   linewidth=1 + 2 * under)
    _layer_axes(panel)
    if many:
        panel.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=5,
                     ncols=-(-len(densities) // 20))
    else:
        panel.legend(loc="best")
    return figure


def _layer_axes(panel):
    panel.set_yscale("log")
    panel.yaxis.set_major_locator(ticker.LogLocator(10, (1, 2, 5)))
    panel.yaxis.set_minor_locator(ticker.NullLocator())
    panel.yaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:.3g}"))
    panel.xaxis.set_major_locator(ticker.MaxNLocator(integer=True))
    panel.set_xlabel("round")
    panel.set_ylabel("weights kept (%)")
