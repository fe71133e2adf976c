"""Distances between the masks that one training would have given at different epochs."""

import dataclasses

import gin
import numpy as np

from lth_keras.analysis.measure import MEAN_LINES, Account, Findings, Measure, Piece
from lth_keras.errors import ConfigurationError
from lth_keras.figures import charts, style
from lth_keras.paths import round_name
from lth_keras.store.masks_and_weights import read_drawn_masks


@gin.configurable
@dataclasses.dataclass(frozen=True)
class MaskDistances(Measure):
    """How much the masks that are drawn while round 0 trains differ from one another.

    The distance is the share of a mask's entries in which two masks differ (You et al., ICLR 2020,
    figure 3). `EarlyBird` draws the masks, and with `stops = False` ends nothing.

    Attributes:
      name: the folder.
    """

    question = "When has the mask settled that round 0 gives?"
    captions = {
        "matrix": "Trial 1. Dark: the masks of the two epochs are alike.",
        "window": f"The largest distance between two of the last masks. {MEAN_LINES}",
    }

    name: str = "mask_distances"

    def check(self, run):
        """Round 0 has drawn masks."""
        if not self.pieces(run):
            raise ConfigurationError(
                "MaskDistances compares masks that were drawn while round 0 trained, and this run "
                "has none; expected a run with IMP.early_bird = @EarlyBird(), with EarlyBird.stops "
                "= False where round 0 is to end as always")

    def pieces(self, run):
        """A piece for each trial whose round 0 has drawn masks."""
        name = round_name(0)
        return [
            Piece(f"trial_{trial:02d}", trial, (name,)) for trial in run.trials
            if run.exists(trial, name) and read_drawn_masks(run.paths.network(trial, name))]

    def measure(self, run, piece):
        """A row for each mask: the largest distance in the window that ends with it."""
        folder = run.paths.network(piece.trial, round_name(0))
        drawn, told = read_drawn_masks(folder), run.facts(piece.trial, round_name(0))["told"]
        rule, bits = told["early_bird"], np.stack(list(drawn.values()))
        distances = np.array([
            np.bitwise_count(bits ^ each).sum(axis=1) for each in bits]) / (8 * bits.shape[1])
        rows = []
        for index, step in enumerate(drawn):
            first = index + 1 - rule["window"]
            window = distances[first : index + 1, first : index + 1]
            rows.append({
                "trial": piece.trial, "step": step, "epoch": step / run.context.steps_per_epoch,
                "to_mask_before": distances[index, index - 1] if index else np.nan,
                "window": window.max() if first >= 0 else np.nan,
                "threshold": rule["distance"], "found_at": rule["found_at"]})
        return Findings(rows, {"distances": distances})

    def account(self, run, table, arrays):
        """The first trial's matrix, and the distance within the window by epoch."""
        title = f"{run.title}, {charts.trials_text(table.trial.nunique())}"
        figure, (axes,) = charts.panels(1, title=f"Largest distance of the last masks: {title}")
        charts.mean_line(axes, table.dropna(subset=["window"]), "epoch", "window", 0, "distance")
        axes.axhline(table.threshold.iloc[0], color=style.GREY, linewidth=0.7)
        charts.label(axes, "epoch", "share of differing entries", legend=False)
        first = table[table.trial == table.trial.min()]
        matrix = arrays[f"trial_{table.trial.min():02d}"]["distances"]
        found = table.groupby("trial").found_at.first().dropna()
        epochs = found / run.context.steps_per_epoch
        statements = [
            f"in {len(found)} of {charts.trials_text(table.trial.nunique())} the mask settled"
            + (f", after {epochs.mean():.3g} epochs on average" if len(found) else "")]
        return Account(
            {"matrix": _matrix(first, matrix, run.title), "window": figure}, statements, table)


def _matrix(rows, distances, title):
    figure, (axes,) = charts.panels(1, height=2.8, title=f"Distance of masks: {title}")
    edges = (rows.epoch.iloc[0], rows.epoch.iloc[-1])
    picture = axes.imshow(distances, origin="lower", extent=(*edges, *edges), aspect="auto",
                          cmap="viridis", interpolation="nearest") if len(rows) > 1 else None
    if picture is not None:
        figure.colorbar(picture, ax=axes, label="share of differing entries")
    charts.label(axes, "epoch", "epoch")
    return figure
