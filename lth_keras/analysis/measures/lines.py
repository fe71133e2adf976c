"""Loss and error along straight lines between stored networks, and their barriers (LMC)."""

import dataclasses

import gin
import numpy as np

from lth_keras.analysis.barriers import barrier, positions
from lth_keras.analysis.field_checks import optional_positive, positive, texts
from lth_keras.analysis.measure import MEAN_LINES, Account, Findings, Measure, Piece
from lth_keras.analysis.network_references import joined
from lth_keras.errors import ConfigurationError
from lth_keras.figures import charts, style
from lth_keras.paths import safe_name
from lth_keras.statistics.intervals import mean_interval


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Lines(Measure):
    """Lines between pairs of networks of one architecture.

    Attributes:
      pairs: (from, to), references as `AnalyzedRun` reads them; '{L}' and '{P}' stand for each
        level and the one before. Patterns such as ('ticket@*', 'random_ticket@*') are joined
        round by round; a single network is joined with each network at the other end.
      points: along each line, both ends included; LMC takes 30.
      splits: of the data.
      examples: how many of each; all where there are no more, and for None.
      recompute: recompute batch-normalisation statistics at each point, from 5,000 training
        examples; otherwise they are interpolated like weights.
      batch_size: examples at a time.
      name: the folder.
    """

    question = "Does the loss rise along the straight line from one network to another?"
    captions = {
        "line": "From one end of the line, 0, to the other, 1. " + MEAN_LINES,
        "barriers": MEAN_LINES,
    }

    pairs: tuple = (("round_{P}", "round_{L}"), ("round_{P}|round_{L}", "round_{L}"))
    points: int = 30
    splits: tuple = ("train", "test")
    examples: int | None = 10_000
    recompute: bool = False
    batch_size: int = 1000
    name: str = "lines"

    def __post_init__(self):
        texts(self, "splits")
        positive(self, "points", "batch_size", least=2)
        optional_positive(self, "examples")
        for pair in self.pairs:
            if not isinstance(pair, (tuple, list)) or len(pair) != 2 \
                    or not all(isinstance(each, str) for each in pair):
                raise ConfigurationError(
                    f"Lines.pairs has {pair!r}; expected pairs of networks, like "
                    "('round_05', 'round_06')"
                )

    def check(self, run):
        """The splits have examples."""
        for split in self.splits:
            run.available(split)

    def pieces(self, run):
        """A piece for each trial and pair."""
        pieces = []
        for trial in run.trials:
            for index, (first, second) in enumerate(self.pairs):
                for start, end, number in joined(run, trial, first, second)[0]:
                    name = safe_name(f"{start}-to-{end}".replace("|", "_on_").replace(":", "_"))
                    pieces.append(Piece(
                        f"trial_{trial:02d}-{name}", trial, (start, end),
                        {"pair": f"{first} to {second}", "level": number, "index": index}))
        return pieces

    def measure(self, run, piece):
        """A row for each split and point."""
        start, end = (run.network(piece.trial, each) for each in piece.references)
        return Findings(line_rows(run, start, end, self, {
            "trial": piece.trial, "pair": piece.arguments["pair"],
            "level": piece.arguments["level"], "start": start.reference, "end": end.reference}))

    def account(self, run, table, arrays):
        """The lines themselves, and where there are levels their barriers."""
        split = self.splits[-1]
        title = f"{run.title}, {charts.trials_text(table.trial.nunique())}"
        summary = barriers_of(table)
        figures, statements = {}, []
        metric = run.data.task.main_metric
        for index, (pair, rows) in enumerate(table.groupby("pair", sort=False)):
            figures[f"line_{index + 1}"] = self._draw(rows, f"{pair}: {title}", metric)
            ours = summary[(summary.pair == pair) & (summary.split == split)]
            mean, low, high = mean_interval(ours.groupby("trial").error_barrier.mean())
            statements.append(
                f"{pair}: {metric.error_words} barrier on {split} "
                f"{barrier_text(metric, mean, low, high)}, loss barrier "
                f"{ours.loss_barrier.mean():.3g}; means over trials, interval over "
                f"{ours.trial.nunique()} trials")
        statements += [
            f"values on {split} are over {run.examples_text(split, self.examples)}"
            for split in self.splits]
        statements += self._alone(run)
        leveled = summary[(summary.split == split) & summary.level.notna()]
        if leveled.level.nunique() > 1:
            figure, (left, right) = charts.panels(2, title=f"Barriers by level, {split}: {title}")
            for index, (pair, rows) in enumerate(leveled.groupby("pair", sort=False)):
                charts.mean_line(left, rows, "level", "loss_barrier", index, _short(pair))
                points = rows.assign(points=metric.scale * rows.error_barrier)
                charts.mean_line(right, points, "level", "points", index, _short(pair))
            for axes, text in ((left, "loss barrier"), (right, barrier_label(metric))):
                axes.axhline(0, color=style.GREY, linewidth=0.7)
                charts.whole_ticks(axes)
                charts.label(axes, "level", text)
            figures["barriers"] = figure
        return Account(figures, statements, summary)

    def _alone(self, run):
        """A sentence for each pair that left networks without a partner."""
        sentences = []
        for first, second in self.pairs:
            alone = {trial: joined(run, trial, first, second)[1] for trial in run.trials}
            listed = "; ".join(f"trial {trial}: {', '.join(names)}"
                               for trial, names in alone.items() if names)
            if listed:
                sentences.append(
                    f"{first} to {second}: no line for what has no partner of its round ({listed})")
        return sentences

    def _draw(self, rows, title, metric):
        figure, (left, right) = charts.panels(2, title=_short(title))
        split = self.splits[-1]
        rows = rows[rows.split == split]
        ends = list(rows.groupby("end", sort=False))
        shown = [ends[i] for i in np.unique(np.linspace(0, len(ends) - 1, 5).astype(int))]
        for index, (end, line) in enumerate(shown):
            name = end.replace("|", " on ")
            charts.mean_line(left, line, "position", "loss", index, f"to {name}")
            charts.mean_line(right, line, "position", "error", index, f"to {name}")
        charts.label(left, "share of the way", f"{split} loss")
        charts.label(right, "share of the way", f"{split} {metric.error_words}", legend=False)
        return figure


def line_rows(run, start, end, options, about):
    """Rows of one line between two `AnalyzedNetwork`s: `about`, split, position, loss, error."""
    if start.arguments != end.arguments:
        raise ConfigurationError(
            f"{start.reference} and {end.reference} have different architectures; there is no "
            "line between them"
        )
    rows, along = [], positions(options.points)
    for split in options.splits:
        surface = run.surface(
            start.arguments, split, options.examples, batch_size=options.batch_size)
        origin = surface.layout.flatten(start.weights)
        across = surface.layout.flatten(end.weights) - origin
        values = surface.values(origin, across[None], along[:, None], options.recompute)
        rows += [
            {**about, "split": split, "position": float(position), "loss": float(loss),
             "error": float(error)}
            for position, (loss, error) in zip(along, values, strict=True)
        ]
    return rows


def barrier_text(metric, mean, low, high):
    """'1.20 points [0.80, 1.60]': a barrier in the metric, and its interval."""
    mean, low, high = (metric.scale * each for each in (mean, low, high))
    if metric.is_share:
        return f"{mean:.2f} points [{low:.2f}, {high:.2f}]"
    return f"{mean:.4g}{metric.shown_unit} [{low:.4g}, {high:.4g}]"


def barrier_label(metric):
    """'error barrier, points': for an axis."""
    unit = metric.difference_unit.strip()
    return f"{metric.error_words} barrier" + (f", {unit}" if unit else "")


def barriers_of(table):
    """A row for each line and split: its barriers in loss and error, in the table's units."""
    keys = ["trial", "pair", "level", "start", "end", "split"]
    return table.sort_values("position", kind="stable").groupby(keys, sort=False, dropna=False).agg(
        loss_barrier=("loss", barrier), error_barrier=("error", barrier)).reset_index()


def _short(text):
    return text.replace("{L}", "L").replace("{P}", "L−1").replace("|", " on ")
