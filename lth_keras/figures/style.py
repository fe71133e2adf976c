"""The one style of all figures: sizes in inches, type, colours, markers, and the files' bytes.

Figures of a report and figures of a measure are made here, so that they look alike on one page.
"""

import io

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lth_keras.plain_text import in_figure

# The width of a paper's column, and of its page.
COLUMN, PAGE = 3.4, 7.0

# The colours of Okabe and Ito, which any colour vision tells apart; their yellow is too pale.
BLUE, VERMILION, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, BLACK, GREY = "#E69F00", "#56B4E9", "#000000", "#7F7F7F"
_BROWN, _PALE_GREY = "#8C6D31", "#999999"
COLOURS = (BLUE, VERMILION, GREEN, PINK, ORANGE, SKY, BLACK, GREY)
MARKERS = ("o", "s", "^", "v", "D", "P", "X", "<")

# Blue, black and the round marker belong to ticket and full in every figure.
_FIXED = {
    "full": {"color": BLACK, "linestyle": "-", "marker": "o"},
    "ticket": {"color": BLUE, "linestyle": "-", "marker": "o"},
    "imp": {"color": _PALE_GREY, "linestyle": ":", "marker": "."},
}
_CONTROL_COLOURS = (ORANGE, GREEN, VERMILION, PINK, SKY, _BROWN, GREY)
_CONTROL_MARKERS = MARKERS[1:]
_CONTROL_LINES = ("--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))

_MOST_NAMES_INSIDE = 5
_MOST_APART = 0.1  # Of variants beside each other, as a logarithm, from the middle to the edge.
_LETTERS_PER_INCH = 17  # Of a figure's title.
_SETTINGS = {
    "font.size": 7.5, "axes.titlesize": 7.5, "axes.labelsize": 7.5, "legend.fontsize": 6.5,
    "xtick.labelsize": 6.5, "ytick.labelsize": 6.5, "figure.titlesize": 8,
    "font.family": "DejaVu Sans",
    "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.6,
    "axes.grid": True, "grid.color": "#dddddd", "grid.linewidth": 0.4, "lines.linewidth": 1.1,
    "lines.markersize": 3.5, "legend.frameon": False, "figure.dpi": 100, "savefig.dpi": 220,
    "pdf.fonttype": 42, "axes.axisbelow": True,
}


def dots_per_inch():
    """Dots per inch of the figures' PNGs."""
    return _SETTINGS["savefig.dpi"]


def settings():
    """A context in which figures are made, drawn and encoded: it sets sizes, type and lines."""
    return matplotlib.rc_context(_SETTINGS)


def new(rows, columns, width, height, title, subject="", **options):
    """A new figure with its panels, and a title above them.

    Args:
      rows, columns: of the grid.
      width, height: inches of the whole.
      title: what is shown.
      subject: of what: network, data, trials; '' where the title says it.
      options: of `Figure.subplots`.

    Returns:
      (figure, array of Axes [rows, columns]).
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    parts = [in_figure(part) for part in (title, subject) if part]
    if width > COLUMN:
        parts = [": ".join(parts)]
    lines = "\n".join(parts).split("\n")
    figure.suptitle("\n".join(_folded(line, int(width * _LETTERS_PER_INCH)) for line in lines))
    return figure, axes


def colour(index):
    """The colour of the line with this number; from the ninth on they come again."""
    return COLOURS[index % len(COLOURS)]


def marker(index):
    """The marker of the line with this number; from the ninth on they come again."""
    return MARKERS[index % len(MARKERS)]


def sequence(count):
    """`count` colours from dark to light, which any colour vision sees in this order."""
    return [matplotlib.colormaps["viridis"](0.85 * i / max(1, count - 1)) for i in range(count)]


def verdict_colour(clear, difference):
    """The colour of a difference: grey where it may be chance, else blue above 0, red below."""
    if not clear:
        return GREY
    return BLUE if difference > 0 else VERMILION


def variant_styles(variants):
    """{variant: keywords of `plot`}; full and ticket are the same in every figure.

    Where colours come again the markers are others, so that each of 49 controls has its own pair.
    """
    controls = [variant for variant in variants if variant not in _FIXED]
    styles = {
        variant: {
            "color": _CONTROL_COLOURS[place % len(_CONTROL_COLOURS)],
            "marker": _CONTROL_MARKERS[
                (place + place // len(_CONTROL_COLOURS)) % len(_CONTROL_MARKERS)],
            "linestyle": _CONTROL_LINES[place % len(_CONTROL_LINES)],
        }
        for place, variant in enumerate(controls)
    }
    return {variant: styles.get(variant) or _FIXED[variant] for variant in variants}


def side_by_side(names, densities):
    """{variant: factor of its densities}, so that equal densities do not cover each other.

    Args:
      names: variants in one panel; those that belong to no round stay where they are.
      densities: of the rounds; the factors are too small to mix up two of them.
    """
    moved = [name for name in names if name not in ("full", "imp")]
    logs = np.sort(np.log(sorted(set(densities))))
    gap = np.diff(logs).min() if logs.size > 1 else np.inf
    reach = min(0.25 * gap, _MOST_APART) if len(moved) > 1 else 0.0
    factors = np.exp(np.linspace(reach, -reach, len(moved)))
    return {name: 1.0 for name in names} | dict(zip(moved, factors.tolist(), strict=True))


def draw_trials(panel, across, up, colour=GREY):
    """Draws what each trial reached as small faint points, beside a mean and its interval.

    Args:
      panel: Axes.
      across, up: their places; arrays [n], or a number for all.
      colour: that of their mean.
    """
    across, up = np.broadcast_arrays(np.asarray(across, float), np.asarray(up, float))
    panel.scatter(across, up, s=7, color=colour, alpha=0.5, linewidths=0, zorder=2.5)


def without_marker(options):
    """Keywords of `plot` for a line of so many points that markers would hide it."""
    return {key: value for key, value in options.items() if key != "marker"}


def groups(variants, most=6):
    """The controls in groups of at most `most`, each to be drawn beside full and ticket.

    More lines than that in one panel cannot be told apart.
    """
    controls = [variant for variant in variants if variant not in _FIXED]
    count = -(-len(controls) // most) or 1
    size = -(-len(controls) // count)
    return [controls[i * size : (i + 1) * size] for i in range(count)]


def spread(values, most):
    """At most `most` of the values, from the first to the last, evenly."""
    if len(values) <= most:
        return list(values)
    if most == 1:
        return [values[-1]]
    return [values[round(i * (len(values) - 1) / (most - 1))] for i in range(most)]


def legend(panel):
    """A panel's legend: inside where it is small, below where it would cover the lines."""
    if len(panel.get_legend_handles_labels()[1]) <= _MOST_NAMES_INSIDE:
        panel.legend(loc="best")
    else:
        panel.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=2, fontsize=5.5,
                     handlelength=1.8, columnspacing=0.8)


def encode(figure):
    """A figure's bytes as PNG and as PDF, without a date: equal figures are equal bytes."""
    # Room is made for the ticks as they were when it was last drawn, at first for none: labels
    # would be cut off at the edge.
    figure.draw_without_rendering()
    encoded = []
    for kind, metadata in (("png", {"Software": None}), ("pdf", {"CreationDate": None})):
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, metadata=metadata)
        encoded.append(buffer.getvalue())
    return tuple(encoded)


def _folded(text, width):
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)
