"""Parts of the figures of measures, in the style of all figures."""

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from lth_keras import files
from lth_keras.figures import style
from lth_keras.figures.mean_line import draw_mean
from lth_keras.figures.style import COLOURS, colour, marker

__all__ = ["COLOURS", "colour", "label", "legend_below", "log_scale", "marker", "mean_line",
           "panels", "save", "trials_text", "whole_ticks"]

# Of a legend.
_LETTERS_PER_INCH = 19
_LETTERS_OF_A_HANDLE = 9


def panels(columns=1, rows=1, height=2.3, title=""):
    """A new figure of one column's width, or of a page's where panels stand side by side.

    Args:
      columns, rows: of the grid.
      height: inches of each panel.
      title: above all panels.

    Returns:
      (figure, flat list of Axes).
    """
    width = style.COLUMN if columns == 1 else style.PAGE
    figure, axes = style.new(rows, columns, width, height * rows + 0.4, title)
    return figure, list(axes.flat)


def trials_text(count):
    """'3 trials', or '1 trial'."""
    return "1 trial" if count == 1 else f"{count} trials"


def label(axes, x, y, title=None, legend=True):
    """Names the axes, and shows the legend where something is in it."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    if title:
        axes.set_title(title)
    if legend and axes.get_legend_handles_labels()[0]:
        axes.legend()


def legend_below(figure, axes):
    """One legend for all panels, under them, where it covers no curve.

    It has as many columns as the figure is wide enough for.
    """
    handles, labels = axes.get_legend_handles_labels()
    widest = max(map(len, labels), default=0) + _LETTERS_OF_A_HANDLE
    columns = int(figure.get_figwidth() * _LETTERS_PER_INCH / widest)
    figure.legend(handles, labels, loc="outside lower center",
                  ncols=max(1, min(columns, len(labels))))


def whole_ticks(axes):
    """Ticks of the x-axis at whole numbers: rounds, epochs."""
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


class _LogTicks(LogLocator):
    """As many ticks as can be read: at the decades; if there are few, also between them."""

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
    """`draw_mean` with the colour and the marker of the line number `index`.

    Lines beyond the last colour are dashed, with open markers.
    """
    # On a logarithmic axis the band ends just below the lowest mean.
    floor = _half_the_lowest if axes.get_yscale() == "log" else None
    again = {} if index < len(COLOURS) else {"linestyle": "--", "markerfacecolor": "white"}
    draw_mean(axes, table, x, y, name, floor, color=colour(index), marker=marker(index), **again)


def _half_the_lowest(means):
    """Half of the lowest mean above 0; NaN where there is none, as of a network without signal."""
    above = means[means > 0]
    return above.min() / 2 if above.size else np.nan


def save(figure, stem):
    """Writes `stem`.png and `stem`.pdf; returns their names. Equal figures give equal bytes."""
    names = []
    for kind, content in zip(("png", "pdf"), style.encode(figure), strict=True):
        path = stem.with_name(f"{stem.name}.{kind}")
        files.write_bytes(path, content)
        names.append(path.name)
    return names
