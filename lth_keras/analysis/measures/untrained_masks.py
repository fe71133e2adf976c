"""What masks reach on weights that were never trained ("Deconstructing Lottery Tickets")."""

import dataclasses

import gin
import numpy as np
import pandas as pd

from lth_keras import criteria as criteria_lib
from lth_keras import masks as masks_lib
from lth_keras.analysis.field_checks import levels_there, optional_levels, positive, texts
from lth_keras.analysis.measure import Account, Findings, Measure, Piece
from lth_keras.criteria import Criterion, Magnitude
from lth_keras.errors import ConfigurationError
from lth_keras.figures import charts
from lth_keras.paths import round_name
from lth_keras.statistics.intervals import mean_interval

_WEIGHTS, _PRUNED = ("initial", "constant"), ("zero", "initial")


@gin.configurable
@dataclasses.dataclass(frozen=True)
class UntrainedMasks(Measure):
    """The test metric of masks on θ_0 and on the signed constant, with nothing trained.

    Each criterion ranks the weights of the trained dense network, and keeps in each layer as many
    as IMP does at a level. The mask goes on the first weights, or on the constant ±σ of the layer
    with their signs; pruned weights are zero, or stay at that first value. Zhou et al.,
    "Deconstructing Lottery Tickets" (NeurIPS 2019), figures 4 and 5 and table 1.

    Attributes:
      criteria: what ranks the weights.
      levels: rounds whose counts are kept; None for all.
      weights: 'initial', 'constant', or both.
      pruned: 'zero', 'initial', or both.
      split: of the data.
      batch_size: examples at a time.
      name: the folder.
    """

    question = "How good are masks alone, on weights that were never trained?"
    captions = {"criteria": "Each trial, and their mean with its 95 % interval."}

    criteria: tuple = dataclasses.field(default_factory=lambda: (Magnitude(),))
    levels: tuple | None = None
    weights: tuple = _WEIGHTS
    pruned: tuple = _PRUNED
    split: str = "test"
    batch_size: int = 1000
    name: str = "untrained_masks"

    def __post_init__(self):
        if not isinstance(self.criteria, (tuple, list)) or not self.criteria or not all(
                isinstance(each, Criterion) for each in self.criteria):
            raise ConfigurationError(
                f"UntrainedMasks.criteria is {self.criteria!r}; expected criteria in brackets, "
                "like [@Magnitude(), @Movement()]"
            )
        optional_levels(self)
        positive(self, "batch_size")
        for name, allowed in (("weights", _WEIGHTS), ("pruned", _PRUNED)):
            texts(self, name)
            if not set(getattr(self, name)) <= set(allowed):
                raise ConfigurationError(f"UntrainedMasks.{name} is {getattr(self, name)!r}; "
                                         f"expected some of {allowed}")

    def settings(self):
        """All its fields but the name; a criterion with its class."""
        return {"criteria": [repr(each) for each in self.criteria],
                "levels": None if self.levels is None else list(self.levels),
                "weights": list(self.weights), "pruned": list(self.pruned),
                "split": self.split, "batch_size": self.batch_size}

    def check(self, run):
        """Checks the levels and the criteria, and that weights are pruned one by one."""
        levels_there(self, run)
        for criterion in self.criteria:
            criterion.check(run.data)
            criterion.check_model(run.context.plain)
        if not run.context.grouping.counts_weights:
            raise ConfigurationError(
                "UntrainedMasks ranks single weights, and RewindingSchedule.granularity is "
                f"{run.context.schedule.granularity!r}; leave the measure out"
            )

    def pieces(self, run):
        """A piece for each trial and level."""
        return [
            Piece(f"trial_{trial:02d}_level_{level:02d}", trial,
                  (round_name(0), round_name(level), "initial"), {"level": level})
            for trial in run.trials for level in run.pruned_rounds(trial)
            if self.levels is None or level in self.levels
        ]

    def measure(self, run, piece):
        """A row for each criterion, kind of weights, and value of pruned weights."""
        trial, level = piece.trial, piece.arguments["level"]
        counted = run.network(trial, round_name(level)).masks
        counts, rows = masks_lib.kept(counted), []
        initial = run.network(trial, "initial").weights
        trained = run.network(trial, round_name(0)).weights
        whole = {key: np.ones(mask.shape, bool) for key, mask in counted.items()}
        surface = run.surface({}, self.split, batch_size=self.batch_size)
        metric = run.data.task.main_metric
        for criterion in self.criteria:
            generator = np.random.default_rng(run.trial_seed(trial, "untrained masks", level))
            scores = criterion.scores(criteria_lib.CriterionInputs(
                trained, initial, whole, generator,
                run.context.probe(trained, whole, generator)))
            masks = criteria_lib.prune_layerwise(scores, whole, counts)
            for kind in self.weights:
                start = initial if kind == "initial" else _constant(initial, masks)
                for pruned in self.pruned:
                    used = start if pruned == "initial" else masks_lib.apply(masks, start)
                    if pruned == "initial" and kind == "initial":
                        # All weights are then θ_0's, whatever the mask.
                        continue
                    if pruned == "initial":
                        used = {key: np.where(masks[key], each, initial[key]) if key in masks
                                else each for key, each in start.items()}
                    loss, error = surface.value(used)
                    rows.append({
                        "trial": trial, "level": level, "density": masks_lib.density(masks),
                        "criterion": repr(criterion), "weights": kind, "pruned": pruned,
                        f"{self.split}_loss": loss,
                        f"{self.split}_{metric.name}": _value(metric, error)})
        return Findings(rows)

    def account(self, run, table, arrays):
        """Means over trials by criterion; a figure of all levels."""
        metric = run.data.task.main_metric
        column = f"{self.split}_{metric.name}"
        keys = ["level", "density", "criterion", "weights", "pruned"]
        summary = pd.DataFrame([
            dict(zip(keys, key, strict=True)) | dict(zip(
                (column, f"{column}_ci_low", f"{column}_ci_high"),
                mean_interval(rows[column].to_numpy()), strict=True)) | {"trials": len(rows)}
            for key, rows in table.groupby(keys, sort=False)])
        order = summary.sort_values(column, ascending=not metric.higher_is_better)
        best = order.iloc[0]
        statement = (
            f"the best mask alone, chosen on the {self.split} set, is {best['criterion']} at level "
            f"{best['level']}, "
            f"{100 * best['density']:.3g} % of the weights, on the {best['weights']} weights with "
            f"pruned ones at {best['pruned']}: {self.split} {metric.words} {best[column]:.4g}, "
            "nothing trained")
        return Account({"criteria": _draw(table, column, run)}, [statement], summary)


def _constant(initial, masks):
    """θ_0 with each kernel's magnitudes replaced by σ, its standard deviation."""
    return {
        key: (np.sign(each) * np.std(each, dtype=np.float64)).astype(np.float32)
        if key in masks else each for key, each in initial.items()}


def _value(metric, error):
    if not metric.higher_is_better:
        return error
    return 1 - error if metric.is_share else -error


def _draw(table, column, run):
    """The metric against the weights kept: a panel for each kind of weights, a line a criterion."""
    kinds = list(dict.fromkeys(zip(table["weights"], table["pruned"], strict=True)))
    figure, panels = charts.panels(
        len(kinds), height=2.5 if len(kinds) > 1 else 3.2,
        title=f"Masks on weights that were never trained: {run.title}")
    shown = table.assign(kept=100 * table["density"])
    for panel, (weights, pruned) in zip(panels, kinds, strict=True):
        rows = shown[(shown["weights"] == weights) & (shown["pruned"] == pruned)]
        for index, (criterion, line) in enumerate(rows.groupby("criterion", sort=False)):
            charts.mean_line(panel, line, "kept", column, index, criterion)
        charts.log_scale(panel, "x")
        charts.label(panel, "weights kept, %", column.replace("_", " "),
                     f"{weights} weights, pruned at {pruned}", legend=False)
    charts.legend_below(figure, panels[0])
    return figure
