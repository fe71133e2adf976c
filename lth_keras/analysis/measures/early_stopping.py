"""The early-stopping iteration by the raw and by the smoothed validation loss (LTH, section 2)."""

import dataclasses
import math

import gin
import numpy as np
import pandas as pd

from lth_keras.analysis.field_checks import positive, texts
from lth_keras.analysis.measure import MEAN_LINES, Account, Findings, Measure, trial_pieces
from lth_keras.errors import ConfigurationError
from lth_keras.figures import charts
from lth_keras.statistics.intervals import mean_interval
from lth_keras.store.metrics import read_rows

WAYS = ("raw", "smoothed")


@gin.configurable
@dataclasses.dataclass(frozen=True)
class EarlyStopping(Measure):
    """Where each network's validation loss is lowest, as evaluated and after a moving mean.

    The lowest of many noisy evaluations is lowest in part by chance (Frankle and Carbin, 2019, take
    it as it is). A centred moving mean over `window` evaluations takes most of that away. It reads
    the stored evaluations and computes no network.

    Attributes:
      networks: patterns of network names.
      window: evaluations in a mean, an odd number. Where a mean would reach beyond the first or
        the last evaluation there is none, so that a network needs at least that many.
      full: the network that the others are compared with, paired by trial.
      name: the folder.
    """

    question = "When does each network stop early, and how much of that is noise of single " \
        "evaluations?"
    captions = {"stops": MEAN_LINES}

    networks: tuple = ("*",)
    window: int = 11
    full: str = "full"
    name: str = "early_stopping"

    def __post_init__(self):
        texts(self, "networks")
        positive(self, "window")
        if self.window % 2 == 0:
            raise ConfigurationError(
                f"EarlyStopping.window is {self.window}; expected an odd number of evaluations, so "
                "that a mean has a middle")
        if not isinstance(self.full, str) or not self.full:
            raise ConfigurationError(
                f"EarlyStopping.full is {self.full!r}; expected the name of a network, like 'full'")

    def check(self, run):
        """There is a validation set."""
        run.available("validation")

    def pieces(self, run):
        """A piece for each trial."""
        return trial_pieces(run, self.networks)

    def measure(self, run, piece):
        """A row for each network: the step and the test metric there, in both ways."""
        rows, tested = [], f"test_{run.data.task.main_metric.name}"
        for name in piece.references:
            facts = run.facts(piece.trial, name)
            evaluated = read_rows(run.paths.network(piece.trial, name)).sort_values("step")
            row = {"trial": piece.trial, "unit": name, "variant": facts["variant"],
                   "round": facts["round"], "density": facts["density"]}
            for way, window in zip(WAYS, (1, self.window), strict=True):
                at = lowest(evaluated["val_loss"].to_numpy(), window)
                row[f"step_{way}"] = math.nan if at is None else int(evaluated["step"].iloc[at])
                row[f"{tested}_{way}"] = math.nan if at is None else float(
                    evaluated[tested].iloc[at])
            rows.append(row)
        return Findings(rows)

    def account(self, run, table, arrays):
        """Steps against density, and each network's share of the full network's step."""
        statements, summary = [], []
        reference = table[table.unit == self.full].set_index("trial")
        for name, rows in table.groupby("unit", sort=False):
            row = {"unit": name, "density": rows.density.mean(), "trials": rows.trial.nunique()}
            said = []
            for way in WAYS:
                steps = rows.set_index("trial")[f"step_{way}"]
                row |= _interval(f"step_{way}", steps)
                if not reference.empty and name != self.full:
                    later = 100 * (steps / reference[f"step_{way}"] - 1).dropna()
                    row |= _interval(f"percent_after_{self.full}_{way}", later)
                    said.append(_words(way, *mean_interval(later.to_numpy())))
            if said:
                statements.append(f"{name} against {self.full}: {'; '.join(said)}")
            summary.append(row)
        statements.append(
            f"smoothed is the centred mean of {self.window} evaluations; means over trials, in "
            "brackets 95 % intervals")
        return Account({"stops": self._draw(table, run.title)}, statements, pd.DataFrame(summary))

    def _draw(self, table, title):
        figure, panels = charts.panels(
            2, title=f"Early stopping, {title}, {charts.trials_text(table.trial.nunique())}")
        for axes, way in zip(panels, WAYS, strict=True):
            for index, (variant, rows) in enumerate(table.groupby("variant", sort=False)):
                charts.mean_line(axes, rows, "density", f"step_{way}", index, variant)
            charts.log_scale(axes, "x")
            charts.label(axes, "weights kept", f"step of the lowest loss, {way}")
        return figure


def lowest(losses, window):
    """Index of the lowest centred mean of `window` of the losses; None where there is none.

    Args:
      losses: [n] in their order; NaN where there was no evaluation.
      window: odd; 1 is the losses themselves.
    """
    losses = np.asarray(losses, float)
    if len(losses) < window:
        return None
    means = np.convolve(losses, np.full(window, 1 / window), "valid") if window > 1 else losses
    if np.isnan(means).all():
        return None
    return int(np.nanargmin(means)) + window // 2


def _interval(name, values):
    mean, low, high = mean_interval(np.asarray(values, float))
    return {name: mean, f"{name}_ci_low": low, f"{name}_ci_high": high}


def _words(way, mean, low, high):
    if math.isnan(mean):
        return f"{way}: no step"
    interval = "" if math.isnan(low) else f" [{low:+.0f}, {high:+.0f}]"
    return f"{way} {mean:+.0f} %{interval}"
