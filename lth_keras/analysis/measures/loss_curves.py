"""Training loss by epoch at level L, and of level L−1 projected on L's mask (Insights, fig. 4)."""

import dataclasses

import gin
import numpy as np

from lth_keras import masks
from lth_keras.analysis import retrain
from lth_keras.analysis.field_checks import (
    levels_there,
    optional_levels,
    optional_positive,
    positive,
)
from lth_keras.analysis.measure import MEAN_LINES, Account, Findings, Measure, Piece
from lth_keras.figures import charts
from lth_keras.paths import round_name

CURVES = {
    "new": "level L",
    "projected": "level L−1's path, projected on L",
    "continued": "trained on from level L−1's minimum, projected on L",
}


@gin.configurable
@dataclasses.dataclass(frozen=True)
class LossCurves(Measure):
    """Loss of the network itself at each epoch, on training examples.

    The paper's words 'level L−1 projected on level L' can mean two things: the path that level L−1
    took, each of its points projected; or the training that goes on from its projected minimum.
    Both are here. Paths are not stored, so both trainings are done once more.

    Attributes:
      levels: which; None for all.
      every_epochs: epochs between two points.
      examples: training examples to evaluate on, a seeded stratified choice; all where there are
        no more, and for None.
      name: the folder.
    """

    question = (
        "How does the training loss fall at a level, and where does the previous minimum, "
        "projected on the level's mask, stand beside it?")
    captions = {"loss_curves": "A panel for each level shown. " + MEAN_LINES}

    levels: tuple | None = None
    every_epochs: int = 1
    examples: int | None = 10_000
    name: str = "loss_curves"

    def __post_init__(self):
        positive(self, "every_epochs")
        optional_positive(self, "examples")
        optional_levels(self)

    def check(self, run):
        """The levels are the run's."""
        levels_there(self, run)

    def pieces(self, run):
        """A piece for each trial and level."""
        return [
            Piece(f"trial_{trial:02d}-{round_name(level)}", trial, (
                "rewind", round_name(level - 1), round_name(level)), {"level": level})
            for trial in run.trials for level in run.pruned_rounds(trial)
            if self.levels is None or level in self.levels
        ]

    def measure(self, run, piece):
        """A row for each curve and epoch."""
        level, trial = piece.arguments["level"], piece.trial
        names = [round_name(level - 1), round_name(level)]
        surface = run.surface({}, "train", self.examples)
        every = run.context.steps_per_epoch * self.every_epochs
        mask = run.network(trial, names[1]).masks
        facts = run.facts(trial, names[1])
        steps = list(range(facts["start_step"], facts["steps"], every)) + [facts["steps"]]
        # Round 0 trains from θ_0; its steps before θ_k have no counterpart in later rounds.
        new, drift = retrain.again(run, trial, names[1], steps)
        before, earlier_drift = retrain.again(run, trial, names[0], steps)
        order = retrain.order_of(run, trial, names[1])
        start = run.network(trial, f"{names[0]}|{names[1]}")
        onward = retrain.follow(run, trial, start, facts["start_step"], steps, order)
        rows = []
        for curve, path, difference in (
                ("new", new, drift), ("projected", before, earlier_drift),
                ("continued", onward, None)):
            for step, weights in zip(path.steps, path.weights, strict=True):
                loss, error = surface.value(masks.apply(mask, weights))
                rows.append({"trial": trial, "level": level, "curve": curve, "step": step,
                             "epoch": step / run.context.steps_per_epoch, "train_loss": loss,
                             "train_error": error, retrain.COLUMN: difference})
        return Findings(rows)

    def account(self, run, table, arrays):
        """A panel for up to six levels."""
        levels = sorted(table.level.unique())
        shown = [levels[i] for i in np.unique(np.linspace(0, len(levels) - 1, 6).astype(int))]
        title = f"{run.title}, {charts.trials_text(table.trial.nunique())}"
        columns = min(3, len(shown))
        figure, axes = charts.panels(
            columns, -(-len(shown) // columns), 2.0, f"Training loss by epoch: {title}")
        for panel, level in zip(axes, shown, strict=False):
            charts.log_scale(panel, "y")
            for index, (curve, name) in enumerate(CURVES.items()):
                rows = table[(table.level == level) & (table.curve == curve)]
                charts.mean_line(panel, rows, "epoch", "train_loss", index, name)
            charts.whole_ticks(panel)
            charts.label(panel, "epoch", "training loss", f"L = {level}", legend=False)
        charts.legend_below(figure, axes[0])
        for panel in axes[len(shown):]:
            panel.set_visible(False)
        ends = table[table.step == table.groupby("level").step.transform("max")]
        means = ends.groupby(["level", "curve"]).train_loss.mean().unstack("curve")
        below = int((means.new < means.projected).sum())
        on = int((means.new < means.continued).sum())
        statements = [
            f"at the last epoch level L's loss is below that of level L−1 projected on L at "
            f"{below} of {len(means)} levels",
            f"and below that of the training that goes on from the projected minimum at {on} of "
            f"{len(means)} levels (means over trials)",
            f"losses are over {run.examples_text('train', self.examples)}",
            *retrain.statements(table),
        ]
        return Account({"loss_curves": figure}, statements, means.reset_index())
