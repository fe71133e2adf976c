"""How all figures look: sizes in inches at a paper's column width, type, colours, files."""

import io

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot  # noqa: E402  (the backend comes first)

COLUMN, PAGE = 3.4, 7.0
_MOST_INSIDE = 5

# Okabe and Ito's colours, told apart with any colour vision; their yellow is too pale on white.
_COLOURS = ("#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#8C6D31", "#7F7F7F")
_MARKERS = ("s", "^", "v", "D", "P", "X", "<")
_LINES = ("--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
_FIXED = {
    "full": {"color": "#000000", "linestyle": "-", "marker": "o"},
    "ticket": {"color": "#0072B2", "linestyle": "-", "marker": "o"},
    "imp": {"color": "#999999", "linestyle": ":", "marker": "."},
}
_SETTINGS = {
    "font.size": 7.5, "axes.titlesize": 7.5, "axes.labelsize": 7.5, "legend.fontsize": 6.5,
    "xtick.labelsize": 6.5, "ytick.labelsize": 6.5, "font.family": "DejaVu Sans",
    "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.6,
    "axes.grid": True, "grid.color": "#dddddd", "grid.linewidth": 0.4, "lines.linewidth": 1.1,
    "lines.markersize": 3.5, "legend.frameon": False, "figure.dpi": 100, "savefig.dpi": 220,
    "pdf.fonttype": 42, "axes.axisbelow": True,
}


def dots_per_inch():
    """Of the figures' PNGs."""
    return _SETTINGS["savefig.dpi"]


def settings():
    """A context in which everything is drawn as it should look; figures are made inside it."""
    return matplotlib.rc_context(_SETTINGS)


def new(rows, columns, width, height, subject, title, **options):
    """(figure, axes [rows, columns]) with a title that names the subject.

    Args:
      rows, columns: of the grid.
      width, height: inches of the whole.
      subject: network, data, trials.
      title: what is shown.
      options: of `pyplot.subplots`.
    """
    figure, axes = pyplot.subplots(
        rows, columns, figsize=(width, height), squeeze=False, layout="constrained", **options)
    parts = (title, subject) if width < 5 else (f"{title}: {subject}",)
    figure.suptitle("\n".join(_folded(part, int(width * 17)) for part in parts), fontsize=8)
    return figure, axes


def variant_styles(variants):
    """{variant: keywords of `plot`}; full and ticket are the same in every figure."""
    styles, count = {}, 0
    for variant in variants:
        if variant in _FIXED:
            styles[variant] = _FIXED[variant]
            continue
        styles[variant] = {
            "color": _COLOURS[count % len(_COLOURS)], "marker": _MARKERS[count % len(_MARKERS)],
            "linestyle": _LINES[count % len(_LINES)],
        }
        count += 1
    return styles


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


def encode(figure, dpi=None):
    """A figure's bytes as PNG and as PDF, without a date: equal figures are equal bytes.

    Args:
      figure: a figure.
      dpi: dots an inch of the PNG; None for that of `settings`.
    """
    # Room is made for the ticks as they were when it was last drawn, at first for none: labels
    # would be cut off at the edge.
    figure.draw_without_rendering()
    found = []
    for kind, metadata in (("png", {"Software": None}), ("pdf", {"CreationDate": None})):
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, dpi=dpi, metadata=metadata)
        found.append(buffer.getvalue())
    return tuple(found)


def close(figure):
    """Frees a figure."""
    pyplot.close(figure)


def _folded(text, width):
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def legend(panel):
    """A panel's legend: inside where it is small, below where it would cover what it names."""
    if len(panel.get_legend_handles_labels()[1]) <= _MOST_INSIDE:
        panel.legend(loc="best")
    else:
        panel.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=2, fontsize=5.5,
                     handlelength=1.8, columnspacing=0.8)


def sequence(count):
    """`count` colours from dark to light that keep their order for any colour vision."""
    return [matplotlib.colormaps["viridis"](0.85 * i / max(1, count - 1)) for i in range(count)]


def marker(place):
    """A marker for the line at this place of a legend."""
    return _MARKERS[place % len(_MARKERS)]


def verdict_colour(clear, difference):
    """A colour for a difference: grey where it may be chance, else by its sign."""
    if not clear:
        return "#666666"
    return "#0072B2" if difference > 0 else "#D55E00"
