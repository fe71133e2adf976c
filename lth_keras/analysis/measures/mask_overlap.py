"""Masks: overlap against chance, nesting, dead units, degrees, signs, density by layer."""

import dataclasses
import itertools

import gin
import numpy as np
import pandas as pd

from lth_keras.analysis import mask_statistics
from lth_keras.analysis.field_checks import texts
from lth_keras.analysis.measure import MEAN_LINES, Account, Findings, Measure, Piece
from lth_keras.figures import charts, style
from lth_keras.paths import ROUND

TRIALS, UNITS = "trials", "units"


@gin.configurable
@dataclasses.dataclass(frozen=True)
class MaskOverlap(Measure):
    """What the masks of a run's networks share, and what they leave of the network.

    Attributes:
      networks: patterns of network names. Masks of one name are compared between any two trials,
        and masks of one architecture within each trial.
      name: the folder.
    """

    question = "Do the masks of different trials agree, and what do they leave?"
    captions = {
        "overlap": "Lines are means over pairs of trials, bands their 95 % interval; it is too "
                   "narrow, because each trial is in several pairs.",
        "units": MEAN_LINES,
    }

    networks: tuple = ("round_*",)
    name: str = "mask_overlap"

    def __post_init__(self):
        texts(self, "networks")

    def pieces(self, run):
        """A piece for each trial, and one for each network that several trials have."""
        pieces, holders = [], {}
        for trial in run.trials:
            names = run.matching(trial, self.networks)
            if names:
                pieces.append(Piece(f"trial_{trial:02d}", trial, tuple(names), {"over": UNITS}))
            for name in names:
                holders.setdefault(name, []).append(trial)
        for name, trials in holders.items():
            if len(trials) > 1:
                pieces.append(Piece(
                    f"across-{name}", trials[0],
                    tuple(f"trial_{trial:02d}/{name}" for trial in trials), {"over": TRIALS}))
        return pieces

    def measure(self, run, piece):
        """Rows of three kinds: 'overlap', 'units' and 'signs'."""
        networks = [run.network(piece.trial, each) for each in piece.references]
        about = {"over": piece.arguments["over"], "trial": piece.trial}
        rows = []
        for ours, theirs in itertools.combinations(networks, 2):
            if ours.arguments == theirs.arguments:
                pair = {"ours": ours.reference, "theirs": theirs.reference}
                rows += [{**about, "kind": "overlap", **pair, **row}
                         for row in mask_statistics.overlap(ours.masks, theirs.masks)]
        if piece.arguments["over"] == UNITS:
            axes = {weight.key: (weight.input_axes, weight.unit_axes)
                    for weight in run.context.prunable}
            for network in networks:
                start = run.network(piece.trial, f"{network.reference}:start")
                signs = mask_statistics.sign_agreement(
                    start.weights, network.weights, network.masks)
                rows += [
                    {**about, "kind": "units", "ours": network.reference, **row,
                     "sign_agreement": signs[row["layer"]]}
                    for row in mask_statistics.units(network.masks, axes)]
        return Findings(rows or [{**about, "kind": "none"}])

    def account(self, run, table, arrays):
        """Overlap between trials by level with what chance gives; units and signs by level."""
        title = f"{run.title}, {charts.trials_text(table.trial.nunique())}"
        figures, statements = {}, []
        pairs = table[table.kind == "overlap"] if "layer" in table else pd.DataFrame()
        between = pairs[(pairs.over == TRIALS) & (pairs.z.notna())] if len(pairs) else pairs
        summary = pd.DataFrame()
        if len(between):
            between = between.assign(unit=between.ours.str.split("/").str[-1])
            summary = between.groupby(["unit", "layer"])[
                ["jaccard", "expected_jaccard", "z"]].mean().reset_index()
            levels = between[between.unit.map(lambda name: bool(ROUND.fullmatch(name)))]
            if len(levels):
                figures["overlap"] = _draw_overlap(levels, title)
            whole = summary[summary.layer == "all"]
            extreme = whole.iloc[whole.z.abs().argmax()]
            statements.append(
                f"between trials the overlap differs most from chance at {extreme.unit}: Jaccard "
                f"{extreme.jaccard:.3g}, by chance {extreme.expected_jaccard:.3g}, z "
                f"{extreme.z:.3g} (mean over pairs of trials)")
        within = pairs[(pairs.over == UNITS) & (pairs.layer == "all")] if len(pairs) else pairs
        rounds = within[within.ours.str.startswith("round_") & within.theirs.str.startswith(
            "round_")] if len(within) else within
        if len(rounds):
            statements.append(
                f"{int(rounds.nested.astype(bool).sum())} of {len(rounds)} pairs of rounds within "
                "a trial are nested")
        units = table[table.kind == "units"]
        levels = units[units.ours.map(lambda name: bool(ROUND.fullmatch(str(name))))]
        if len(levels):
            figures["units"] = _draw_units(levels, title)
        return Account(figures, statements, summary if len(summary) else _left(units))


def _left(units):
    columns = ["density", "dead_inputs", "inputs", "dead_outputs", "outputs", "sign_agreement"]
    return units.groupby(["ours", "layer"])[columns].mean().reset_index()


def _levels(rows, column):
    """The rows with the round that 'round_07' in a column names, as `level`."""
    return rows.assign(level=[int(ROUND.fullmatch(name)[1]) for name in rows[column]])


def _draw_overlap(between, title):
    figure, (left, right) = charts.panels(2, title=f"Masks of different trials: {title}")
    rows = _levels(between, "unit")
    layers = [each for each in rows.layer.unique() if each != "all"][:6]
    for index, layer in enumerate(layers):
        own = rows[rows.layer == layer]
        charts.mean_line(left, own, "level", "jaccard", index, layer)
        expected = own.groupby("level").expected_jaccard.mean()
        left.plot(expected.index, expected, ":", color=charts.colour(index))
        charts.mean_line(right, own, "level", "z", index, layer)
    right.axhline(0, color=style.GREY, linewidth=0.7)
    right.set_yscale("symlog", linthresh=3)
    for axes, text in ((left, "Jaccard (dotted: by chance)"), (right, "z against chance")):
        charts.whole_ticks(axes)
        charts.label(axes, "level", text)
    return figure


def _draw_units(units, title):
    figure, panels = charts.panels(2, 2, 2.0, f"What the masks leave: {title}")
    rows = _levels(units, "ours")
    for column in ("inputs", "outputs"):
        rows[f"dead_{column}_share"] = rows[f"dead_{column}"] / rows[column]
    rows["spread"] = rows.input_degree_std / rows.input_degree_by_chance_std.replace(0, np.nan)
    shown = (("dead_inputs_share", "share of dead inputs"), ("density", "density"),
             ("spread", "spread of out-degrees / by chance"),
             ("sign_agreement", "sign as at the start"))
    for panel, (column, text) in zip(panels, shown, strict=True):
        if column == "density":
            charts.log_scale(panel, "y")
        for index, layer in enumerate(list(rows.layer.unique())[:6]):
            charts.mean_line(panel, rows[rows.layer == layer].dropna(subset=[column]), "level",
                             column, index, layer)
        charts.whole_ticks(panel)
        charts.label(panel, "level", text, legend=column == "density")
    return figure
