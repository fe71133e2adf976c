"""LMC's instability analysis, and the search for the earliest stable rewind point."""

import dataclasses
import itertools

import gin
import numpy as np
import pandas as pd

from lth_keras import opening
from lth_keras.analysis.field_checks import number, optional_positive, positive, texts
from lth_keras.analysis.measure import Account, Findings, Measure, Piece
from lth_keras.analysis.measures.lines import barrier_label, barrier_text, barriers_of, line_rows
from lth_keras.analysis.stored_pieces import piece_rows
from lth_keras.durations import Duration
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.figures import charts, style
from lth_keras.paths import safe_name
from lth_keras.statistics.intervals import mean_interval
from lth_keras.store import network_folder


@gin.configurable
@dataclasses.dataclass(frozen=True)
class RewindSearch(Measure):
    """Are networks that share a start, but not the order of their data, in one linear basin?

    Each candidate rewind point is a run of its own, this run's sibling, trained where it is not
    stored yet; its trials are the initialisations. A group of variants differs in data order
    alone. A group is stable at a rewind point where the error barrier, the mean over
    initialisations and pairs of orders, is below `stable` (LMC, section 3). Candidates are tried
    in ascending order, so that the first stable one is the earliest of them. Rewind points between
    two candidates are not tried, and nothing is said about them.

    Attributes:
      groups: {name: the variants whose networks are compared}, each at all its rounds.
      candidates: durations.
      stop_when_stable: stop at the first candidate at which every group is stable.
      stable: the highest mean barrier in the metric's error, in its unit; LMC takes 0.02, 2 points.
      points: along each line.
      splits: of the data; the last one decides.
      examples: how many of each; all where there are no more, and for None.
      recompute: recompute batch-normalisation statistics along lines.
      batch_size: examples at a time.
      name: the folder.
    """

    question = "From which rewind point on do different data orders end in one basin?"

    groups: dict
    candidates: tuple = ("0it",)
    stop_when_stable: bool = True
    stable: float = 0.02
    points: int = 30
    splits: tuple = ("train", "test")
    examples: int | None = None
    recompute: bool = False
    batch_size: int = 1000
    name: str = "rewind_search"

    def __post_init__(self):
        texts(self, "candidates", "splits")
        positive(self, "points", "batch_size", least=2)
        optional_positive(self, "examples")
        number(self, "stable", 0)
        if not isinstance(self.groups, dict) or not self.groups or not all(
                isinstance(each, (tuple, list)) and len(set(each)) == len(each) >= 2
                for each in self.groups.values()):
            raise ConfigurationError(
                f"RewindSearch.groups is {self.groups!r}; expected a name for each group of two or "
                "more different variants, like {'dense': ('dense_1', 'dense_2')}"
            )
        for each in self.candidates:
            Duration.parse(each, "RewindSearch.candidates")

    def check(self, run):
        """The experiment lists every variant of every group, and the splits have examples."""
        known = [variant.name for variant in run.context.experiment.variants]
        for group, variants in self.groups.items():
            for variant in variants:
                if variant not in known:
                    raise ConfigurationError(
                        f"RewindSearch.groups[{group!r}] has {variant!r}; expected variants of "
                        f"the experiment: {', '.join(known) or 'it has none'}"
                    )
        for split in self.splits:
            run.available(split)

    def pieces(self, run):
        """A piece for each candidate, in ascending order."""
        if run.at_rewind is None:
            raise RunError(f"{self.name}: other rewind points cannot be trained from here")
        order = sorted(self.candidates, key=run.context.steps)
        return [Piece(f"rewind_{safe_name(each)}", 0, (), {"candidate": each}) for each in order]

    def measure(self, run, piece):
        """A row for each group, pair, split and point; none once an earlier one was stable."""
        candidate = piece.arguments["candidate"]
        steps = run.context.steps(candidate)
        if self.stop_when_stable and self._stable_before(run, steps):
            return Findings([{"rewind": candidate, "rewind_step": steps, "skipped": True}])
        sibling = run.at_rewind(candidate)
        rows = []
        for group, variants in self.groups.items():
            before = len(rows)
            for trial in sibling.trials:
                for names in _networks_by_round(sibling, trial, variants):
                    for first, second in itertools.combinations(names, 2):
                        ends = [sibling.network(trial, each) for each in (first, second)]
                        rows += line_rows(sibling, *ends, self, {
                            "rewind": candidate, "rewind_step": steps, "skipped": False,
                            "group": _label(group, first), "trial": trial,
                            "pair": f"{first} {second}", "level": sibling.facts(
                                trial, first)["round"], "start": first, "end": second})
            if len(rows) == before:
                there = {sibling.facts(trial, name)["variant"]
                         for trial in sibling.trials for name in sibling.network_names(trial)}
                raise RunError(
                    f"RewindSearch.groups[{group!r}]: {sibling.paths.root} has no round at which "
                    f"all of {', '.join(variants)} are finished; it has networks of "
                    f"{', '.join(sorted(there)) or 'none'}"
                )
        return Findings(rows, facts={"run": sibling.paths.root.name})

    def account(self, run, table, arrays):
        """Barrier against rewind point, and the earliest stable one of each group."""
        del arrays
        verdicts = self._verdicts(table[~table.skipped.astype(bool)])
        metric = run.data.task.main_metric
        trials = charts.trials_text(int(table.trial.nunique()))
        figure, (axes,) = charts.panels(
            1, height=2.4, title=f"Instability: {run.title}, {trials} × data orders")
        for index, (group, rows) in enumerate(verdicts.groupby("group", sort=False)):
            colour, marker = charts.colour(index), charts.marker(index)
            axes.errorbar(
                rows.rewind_step, metric.scale * rows.error_barrier,
                yerr=metric.scale * np.array([rows.error_barrier - rows.ci_low,
                                     rows.ci_high - rows.error_barrier]),
                color=colour, marker=marker, capsize=2, label=group)
        axes.axhline(metric.scale * self.stable, color=style.GREY, linestyle="--",
                     label=f"stable below {metric.margin_text(self.stable)}")
        axes.set_xscale("symlog", linthresh=10)
        axes.set_xlim(left=-1)
        charts.label(axes, "rewind point, steps", barrier_label(metric).replace(
            " barrier", f" barrier on {self.splits[-1]}"))
        statements = []
        for group, rows in verdicts.groupby("group", sort=False):
            stable = rows[rows.stable]
            tried = ", ".join(str(each) for each in rows.rewind)
            if len(stable):
                best = stable.iloc[0]
                statements.append(
                    f"{group}: stable from {best.rewind} on at the earliest, chosen on the "
                    f"{self.splits[-1]} set, with a barrier of "
                    f"{barrier_text(metric, best.error_barrier, best.ci_low, best.ci_high)}; "
                    f"tried: {tried}")
            else:
                statements.append(
                    f"{group}: stable at none of {tried}, by the {self.splits[-1]} set")
        statements += [
            f"values on {split} are over {run.examples_text(split, self.examples)}"
            for split in self.splits]
        return Account({"instability": figure}, statements, verdicts)

    def _verdicts(self, table):
        barriers = barriers_of(table.assign(pair=table.pair + " " + table.rewind))
        about = table.assign(pair=table.pair + " " + table.rewind)[
            ["trial", "pair", "rewind", "rewind_step", "group"]].drop_duplicates()
        barriers = barriers.merge(about, on=["trial", "pair"])
        rows = []
        for (step, rewind, group), each in barriers[
                barriers.split == self.splits[-1]].groupby(
                ["rewind_step", "rewind", "group"], sort=True):
            # Pairs of one initialisation share networks: the interval is over initialisations.
            mean, low, high = mean_interval(each.groupby("trial").error_barrier.mean().to_numpy())
            rows.append({"rewind_step": int(step), "rewind": rewind, "group": group,
                         "initialisations": each.trial.nunique(), "pairs": len(each),
                         "error_barrier": mean, "ci_low": low, "ci_high": high,
                         "highest": each.error_barrier.max(),
                         "loss_barrier": each.loss_barrier.mean(), "stable": mean < self.stable})
        return pd.DataFrame(rows).sort_values(["group", "rewind_step"], kind="stable")

    def _stable_before(self, run, steps):
        folder = run.paths.analysis / safe_name(self.name)
        for name in opening.entries(folder):
            if not name.startswith("rewind_") or not network_folder.is_done(folder / name):
                continue
            table = piece_rows(folder / name)
            if table.skipped.astype(bool).any() or table.rewind_step.iloc[0] >= steps:
                continue
            if self._verdicts(table).stable.all():
                return True
        return False


def _networks_by_round(run, trial, variants):
    """Lists of networks to compare: those of the variants, at each round that all of them have."""
    by_round = {}
    for name in run.network_names(trial):
        facts = run.facts(trial, name)
        if facts["variant"] in variants:
            by_round.setdefault(facts["round"], []).append(name)
    return [names for _, names in sorted(by_round.items()) if len(names) == len(variants)]


def _label(group, name):
    return f"{group}@{name.split('@')[1]}" if "@" in name else group
