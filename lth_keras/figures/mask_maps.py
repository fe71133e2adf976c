"""Where a mask keeps weights."""

import numpy as np

from lth_keras.figures import style

_ACROSS = 4


def pixel_maps(maps, subject):
    """How many weights each input pixel keeps, 1 being the layer's mean; a panel per round.

    Args:
      maps: [(round, share of all weights kept, float [height, width])], the share of each pixel's
        weights that is kept, means over trials.
      subject: network, data, trials.

    Returns:
      A figure, or None without a map.
    """
    return _maps(
        [(f"round {round:02d}, {100 * density:.3g} %", plane / max(plane.mean(), 1e-12))
         for round, density, plane in maps],
        subject, "Weights of the first layer kept, by input pixel", "kept, relative to the mean")


def kernel_maps(planes, subject, round):
    """For each layer the share of weights kept between its inputs (down) and outputs (across).

    Args:
      planes: [(layer, float [inputs, outputs] from 0 to 1)].
      subject: network, data, trials.
      round: the round.

    Returns:
      A figure, or None without a layer.
    """
    return _maps(planes, subject, f"Share of weights kept, inputs down and outputs across, "
                 f"round {round:02d}", "share kept", aspect="auto")


def _maps(planes, subject, title, name, aspect="equal"):
    if not planes:
        return None
    across = min(_ACROSS, len(planes))
    down = -(-len(planes) // across)
    width = style.PAGE if across > 2 else style.COLUMN
    figure, axes = style.new(
        down, across, width, 0.5 + down * (0.95 * width / across), title, subject)
    highest = max(float(np.max(plane)) for _, plane in planes)
    for panel, (heading, plane) in zip(axes.flat, planes):
        shown = panel.imshow(plane, cmap="cividis", vmin=0, vmax=highest, aspect=aspect,
                             interpolation="nearest")
        panel.set_title(heading)
        panel.set_xticks([])
        panel.set_yticks([])
        panel.grid(False)
    for panel in axes.flat[len(planes):]:
        panel.set_visible(False)
    figure.colorbar(shown, ax=axes, label=name, shrink=0.8, aspect=30)
    return figure
