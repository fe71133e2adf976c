"""What a network reaches against how long one call of it takes."""

from matplotlib import ticker

from lth_keras.figures import style
from lth_keras.metric import ACCURACY

# Inches of a line of the legend.
_LINE = 0.14


def metric_by_latency(points, subject, metric=ACCURACY, title=""):
    """Each network's metric over trials against its measured latency, on a logarithmic axis.

    Args:
      points: [{'name', 'group', 'seconds', 'low', 'high', 'mean', 'ci_low', 'ci_high'}]: 'seconds'
        of a call with 'low' and 'high', their quartiles; the mean of the metric over trials with
        its interval, NaN where there is none. Points of one 'group' have one colour.
      subject: network, data, trials; '' where the title says it.
      metric: the `Metric`.
      title: what is shown; by default the metric against milliseconds.

    Returns:
      A figure, or None without a point.
    """
    if not points:
        return None
    words = f"{metric.words[:1].upper()}{metric.words[1:]}"
    figure, axes = style.new(
        1, 1, 5.0, 3.0 + _LINE * len(points),
        title or f"{words} against the time of a call", subject)
    panel, groups = axes[0, 0], list(dict.fromkeys(point["group"] for point in points))
    for place, point in enumerate(points):
        colour = style.COLOURS[groups.index(point["group"]) % len(style.COLOURS)]
        mean, *ends = (metric.scale * point[key] for key in ("mean", "ci_low", "ci_high"))
        middle, *quartiles = (1e3 * point[key] for key in ("seconds", "low", "high"))
        if ends[0] == ends[0]:
            panel.plot([middle, middle], ends, color=colour, linewidth=1)
        panel.plot(quartiles, [mean, mean], color=colour, linewidth=1)
        panel.plot(middle, mean, marker=style.marker(place), color=colour, linestyle="none",
                   label=point["name"])
    panel.set_xscale("log")
    panel.xaxis.set_major_locator(ticker.LogLocator(10, (1, 1.4, 2, 3, 5, 7)))
    panel.xaxis.set_minor_locator(ticker.NullLocator())
    panel.xaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:.3g}"))
    panel.set_xlabel("ms a call, batch 1; lines: quartiles of the turns")
    panel.set_ylabel(f"final test {metric.label}")
    # Below and not beside: names of runs are long, and would leave the panel no room.
    panel.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), fontsize=6.5)
    return figure
