"""Loss and error of the stored solutions, by level and by variant (Insights, figures 1 and 2)."""

import dataclasses

import gin
import pandas as pd

from lth_keras.analysis.field_checks import positive, texts
from lth_keras.analysis.measure import MEAN_LINES, Account, Findings, Measure, trial_pieces
from lth_keras.figures import charts
from lth_keras.paths import ROUND, round_name, variant_name
from lth_keras.statistics.intervals import mean_interval, paired_difference


@gin.configurable
@dataclasses.dataclass(frozen=True)
class SolutionLosses(Measure):
    """Exact loss and metric of each stored solution, over whole splits.

    A run's metrics give the training loss as batches met it; this is that of the network itself.

    Attributes:
      networks: patterns of network names.
      splits: of the data.
      batch_size: examples at a time.
      name: the folder.
    """

    question = "How good are the solutions themselves, by level and by variant?"
    captions = {
        "levels": MEAN_LINES,
        "variants": "Each trial, and their mean with its 95 % interval.",
    }

    networks: tuple = ("*",)
    splits: tuple = ("train", "test")
    batch_size: int = 1000
    name: str = "solution_losses"

    def __post_init__(self):
        texts(self, "networks", "splits")
        positive(self, "batch_size")

    def pieces(self, run):
        """A piece for each trial."""
        return trial_pieces(run, self.networks)

    def measure(self, run, piece):
        """A row for each network."""
        rows, metric = [], run.data.task.main_metric
        for name in piece.references:
            network, facts = run.network(piece.trial, name), run.facts(piece.trial, name)
            row = {"trial": piece.trial, "unit": name, "variant": facts["variant"],
                   "round": facts["round"], "density": facts["density"]}
            for split in self.splits:
                surface = run.surface(network.arguments, split, batch_size=self.batch_size)
                loss, error = surface.value(network.weights)
                row |= {f"{split}_loss": loss, f"{split}_{metric.name}": _value(metric, error)}
            rows.append(row)
        return Findings(rows)

    def account(self, run, table, arrays):
        """Levels of IMP against density, and at the last round every variant beside IMP."""
        levels = table[table.unit.map(lambda name: bool(ROUND.fullmatch(name)))]
        figures, statements, summary = {}, [], []
        metric = run.data.task.main_metric
        trials = charts.trials_text(table.trial.nunique())
        if not levels.empty:
            figures["levels"] = self._draw_levels(levels, f"{run.title}, {trials}", metric)
            statements += [_trend(levels, f"{split}_{what}", metric)
                           for split in self.splits for what in ("loss", metric.name)]
        last = int(table["round"].max())
        # A round of IMP and a variant may be the same network, under another duration or not.
        beside = table[(table["round"] == last) | table.unit.isin(["round_00", "full"])]
        if beside.unit.nunique() > 1:
            figures["variants"] = self._draw_variants(
                beside, f"{run.title}, {trials}: level {last}, IMP in orange", metric)
        # The ticket trains as long as the other variants; a round of IMP may train shorter.
        base = next((name for name in (variant_name("ticket", last), round_name(last))
                     if name in set(beside.unit)), None)
        imp = beside[beside.unit == base].set_index("trial")
        for name, rows in beside.groupby("unit"):
            row = {"unit": name, "trials": rows.trial.nunique()}
            for column in [f"{s}_{w}" for s in self.splits for w in ("loss", metric.name)]:
                mean, low, high = mean_interval(rows[column].to_numpy())
                row |= {column: mean, f"{column}_ci_low": low, f"{column}_ci_high": high}
            column = f"{self.splits[-1]}_{metric.name}"
            if not imp.empty and column in rows:
                mean, _, _, p = paired_difference(
                    rows.set_index("trial")[column].to_dict(), imp[column].to_dict())
                row |= {f"{column}_minus_{base}": mean, "p": p}
            summary.append(row)
        return Account(figures, statements, pd.DataFrame(summary))

    def _draw_levels(self, levels, title, metric):
        figure, (left, right) = charts.panels(2, title=f"IMP by level: {title}")
        charts.log_scale(left, "y")
        for index, split in enumerate(self.splits):
            charts.mean_line(left, levels, "round", f"{split}_loss", index, split)
            charts.mean_line(right, levels, "round", f"{split}_{metric.name}", index, split)
        words = metric.words if metric.is_share else metric.label
        for axes, what in ((left, "loss"), (right, words)):
            charts.whole_ticks(axes)
            charts.label(axes, "level (round of IMP)", what)
        if metric.is_share:
            right.set_ylim(top=min(right.get_ylim()[1], 1.001))  # An interval may reach beyond.
        return figure

    def _draw_variants(self, beside, title, metric):
        split = self.splits[-1]
        figure, (left, right) = charts.panels(2, height=0.17 * beside.unit.nunique() + 0.6,
                                              title=title)
        order = beside.groupby("unit")[f"{split}_{metric.name}"].mean().sort_values(
            ascending=metric.higher_is_better).index
        for axes, column in ((left, f"{self.splits[0]}_loss"), (right, f"{split}_{metric.name}")):
            for position, name in enumerate(order):
                values = beside[beside.unit == name][column].to_numpy()
                mean, low, high = mean_interval(values)
                colour = charts.COLOURS[name.startswith(("round_", "ticket@"))]
                axes.plot(values, [position] * len(values), ".", color=colour, alpha=0.45)
                axes.plot([mean], [position], "D", color=colour)
                if low == low:
                    axes.plot([max(low, values.min() / 2), high], [position] * 2, color=colour)
            axes.set_yticks(range(len(order)), order)
            charts.label(axes, column.replace("_", " "), "")
        charts.log_scale(left, "x")
        right.locator_params(axis="x", nbins=5)
        return figure


def _value(metric, error):
    """The metric's value again, from what a surface gives."""
    if not metric.higher_is_better:
        return error
    return 1 - error if metric.is_share else -error


def _trend(levels, column, metric):
    means = levels.groupby("round")[column].mean()
    lower = column.endswith("_loss") or not metric.higher_is_better
    best = means.idxmin() if lower else means.idxmax()
    return (
        f"{column}: {means.iloc[0]:.4g} at level {means.index[0]}, {means.iloc[-1]:.4g} at level "
        f"{means.index[-1]}, best at level {best} ({means[best]:.4g}); means over trials"
    )
