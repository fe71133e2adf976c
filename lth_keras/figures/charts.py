"""How figures look: column width, colours that the colour-blind tell apart, PNG and PDF."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from lth_keras import files
from lth_keras.figures import bands, encode
from lth_keras.statistics.intervals import mean_interval

# Okabe & Ito, without the yellow that vanishes on white; markers differ as well.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999")
MARKERS = "osD^vPX*"
WIDTH = 4.6  # Inches.


def colour(index):
    """The colour of the line with this number; from the ninth on they come again."""
    return COLOURS[index % len(COLOURS)]


def marker(index):
    """The marker of the line with this number."""
    return MARKERS[index % len(MARKERS)]


def panels(columns=1, rows=1, height=3.0, title=None):
    """(figure, flat list of Axes), each panel `WIDTH` wide, the title above all of them."""
    figure = Figure(figsize=(WIDTH * columns, height * rows + 0.25), layout="constrained")
    FigureCanvasAgg(figure)
    axes = np.ravel(figure.subplots(rows, columns))
    for each in axes:
        each.tick_params(labelsize=9)
        each.spines[["top", "right"]].set_visible(False)
    if title:
        figure.suptitle(title, fontsize=10)
    return figure, list(axes)


def trials_text(count):
    """'3 trials', or '1 trial'."""
    return "1 trial" if count == 1 else f"{count} trials"


def label(axes, x, y, title=None, legend=True):
    """Names the axes and shows the legend where something is in it."""
    axes.set_xlabel(x, fontsize=10)
    axes.set_ylabel(y, fontsize=10)
    if title:
        axes.set_title(title, fontsize=10)
    if legend and axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=8.5, frameon=False)


def legend_below(figure, axes):
    """One legend for all panels, under them, where it covers no curve."""
    handles, labels = axes.get_legend_handles_labels()
    columns = max(1, int(figure.get_figwidth() / WIDTH)) if len(labels) < 4 else 2
    figure.legend(handles, labels, loc="outside lower center", ncols=columns, fontsize=8.5,
                  frameon=False)


def whole_ticks(axes):
    """Ticks of the x-axis at whole numbers: levels, epochs."""
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


class _LogTicks(LogLocator):
    """As many ticks as can be read: of many decades their beginnings, of one parts of it."""

    def __init__(self):
        super().__init__(numticks=9)

    def tick_values(self, low, high):
        decades = np.log10(max(high, 1e-300) / max(low, 1e-300))
        self.set_params(subs=(1, 2, 3, 5, 7) if decades < 1.3 else (1, 3) if decades < 3 else (1,))
        return super().tick_values(low, high)


def log_scale(axes, which):
    """Makes the 'x' or the 'y' axis logarithmic, with plain numbers at its ticks."""
    getattr(axes, f"set_{which}scale")("log")
    axis = getattr(axes, f"{which}axis")
    axis.set_major_locator(_LogTicks())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def mean_line(axes, table, x, y, index, name):
    """Mean over trials of column `y` against `x`, with the report's `bands`.

    Args:
      axes: Axes.
      table: rows of one line: columns `x`, `y`, and a row for each trial.
      index: which colour and marker.
      name: for the legend.
    """
    points = [
        (position, *mean_interval(rows[y].to_numpy()), len(rows))
        for position, rows in table.groupby(x)]
    positions, means, lows, highs, trials = np.array(points, float).T
    lows, highs = bands.drawn(means, lows, highs, trials)
    axes.plot(positions, means, color=colour(index), marker=marker(index), markersize=4,
              linewidth=1.4, label=name)
    if axes.get_yscale() == "log":
        # An interval that reaches below zero has no lower edge there: it is cut under the line.
        lows = np.maximum(lows, np.nanmin(np.where(means > 0, means, np.nan)) / 2)
    axes.fill_between(positions, lows, highs, color=colour(index), alpha=0.18, linewidth=0)


def save(figure, stem):
    """Writes `stem`.png and `stem`.pdf; returns their names. Equal figures give equal bytes."""
    names = []
    for kind, content in zip(("png", "pdf"), encode(figure, dpi=160), strict=True):
        path = stem.with_name(f"{stem.name}.{kind}")
        files.write_bytes(path, content)
        names.append(path.name)
    return names
