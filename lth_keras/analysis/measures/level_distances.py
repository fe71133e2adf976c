"""Distances between rewind point, previous minimum and new minimum, by level (Insights, fig. 3)."""

import dataclasses

import gin

from lth_keras.analysis.measure import MEAN_LINES, Account, Findings, Measure, Piece
from lth_keras.analysis.weight_distances import distances
from lth_keras.figures import charts
from lth_keras.paths import round_name

PAIRS = {
    "rewind-new": "projected rewind point to new minimum",
    "rewind-previous": "projected rewind point to projected previous minimum",
    "previous-new": "projected previous minimum to new minimum",
}


@gin.configurable
@dataclasses.dataclass(frozen=True)
class LevelDistances(Measure):
    """At each level L: θ_k and level L−1's minimum, both projected on L's mask, and L's minimum.

    Attributes:
      name: the folder.
    """

    question = (
        "How far from each other lie the rewind point, the previous minimum and the new "
        "one, all three on the new level's mask?")
    captions = {
        "distances": MEAN_LINES,
        "distances_by_layer": "Relative distances, a panel for each layer. " + MEAN_LINES,
    }

    name: str = "level_distances"

    def pieces(self, run):
        """A piece for each trial and round."""
        return [
            Piece(f"trial_{trial:02d}-{round_name(number)}", trial, (
                f"rewind|{round_name(number)}",
                f"{round_name(number - 1)}|{round_name(number)}", round_name(number)),
                {"level": number})
            for trial in run.trials for number in run.pruned_rounds(trial)
        ]

    def measure(self, run, piece):
        """A row for each pair and layer; relative distances are to the second one's norm."""
        trainable = run.trainable({})
        points = [
            {key: run.network(piece.trial, each).weights[key] for key in trainable}
            for each in piece.references
        ]
        named = dict(zip(("rewind", "previous", "new"), points, strict=True))
        rows = []
        for pair in PAIRS:
            first, second = pair.split("-")
            rows += [
                {"trial": piece.trial, "level": piece.arguments["level"], "pair": pair, **row}
                for row in distances(named[first], named[second])
            ]
        return Findings(rows)

    def account(self, run, table, arrays):
        """Distances and relative distances by level, and by layer."""
        whole = table[table.layer == "all"]
        title = f"{run.title}, {charts.trials_text(table.trial.nunique())}"
        figure, axes = charts.panels(2, title=f"Distances on each level's mask: {title}")
        for panel, column in zip(axes, ("distance", "relative"), strict=True):
            for index, (pair, name) in enumerate(PAIRS.items()):
                charts.mean_line(panel, whole[whole.pair == pair], "level", column, index, name)
            charts.whole_ticks(panel)
            panel.set_ylim(bottom=0)
            charts.label(panel, "level", "L2 distance" if column == "distance" else
                         "distance / norm of the second", legend=False)
        charts.legend_below(figure, axes[0])
        layers = [each for each in table.layer.unique() if each.endswith("kernel")]
        shown = layers[:4]
        columns = min(2, len(shown))
        by_layer, panels = charts.panels(
            columns, -(-len(shown) // columns), 2.0, f"By layer: {title}")
        for panel in panels[len(shown):]:
            panel.set_visible(False)
        for panel, layer in zip(panels, shown, strict=False):
            for index, (pair, name) in enumerate(PAIRS.items()):
                rows = table[(table.layer == layer) & (table.pair == pair)]
                charts.mean_line(panel, rows, "level", "relative", index, name)
            charts.whole_ticks(panel)
            charts.label(panel, "level", "relative distance", layer, legend=False)
        charts.legend_below(by_layer, panels[0])
        means = whole.groupby(["pair", "level"]).distance.mean().unstack("pair")
        nearer = int((means["previous-new"] < means["rewind-new"]).sum())
        statements = [
            f"the projected previous minimum is nearer to the new minimum than the rewind point "
            f"is at {nearer} of {len(means)} levels (means over trials)",
            f"distance from rewind point to new minimum: {means['rewind-new'].iloc[0]:.3g} at "
            f"level {means.index[0]}, {means['rewind-new'].iloc[-1]:.3g} at level "
            f"{means.index[-1]}",
        ]
        summary = whole.groupby(["level", "pair"])[["distance", "relative"]].mean().reset_index()
        return Account({"distances": figure, "distances_by_layer": by_layer}, statements, summary)
