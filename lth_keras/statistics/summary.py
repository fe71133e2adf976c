"""The summary: from all evaluations to one row per variant and round, the numbers papers print."""

import math

import numpy as np
import pandas as pd

from lth_keras import files
from lth_keras.metric import ACCURACY, MARGIN
from lth_keras.statistics.intervals import in_common, mean_interval, paired_difference
from lth_keras.statistics.noninferiority import matching

_LOSSES = ["train_loss", "val_loss", "test_loss"]
_AGAINST_FULL = (
    "speed_up_vs_full", "speed_up_vs_full_ci_low", "speed_up_vs_full_ci_high", "matches_full",
    "smallest_matching_density", "margin",
)


def final_column(metric):
    """Stem of the summary's columns for the metric at the end, such as 'test_accuracy_final'."""
    return f"test_{metric.name}_final"


def stop_column(metric):
    """Stem of the summary's columns for the metric at the early stop."""
    return f"test_{metric.name}_at_early_stop"


def best_column(metric):
    """The summary's column for the best mean over trials, such as 'max_mean_test_accuracy'."""
    return f"{metric.best}_mean_test_{metric.name}"


def measures(metric):
    """The summary's columns of numbers that a paper may print, for a `Metric`."""
    over_trials = (
        "early_stop_step", stop_column(metric), final_column(metric), "train_loss_final")
    return (
        *(f"{name}{end}" for name in over_trials for end in ("_mean", "_ci_low", "_ci_high")),
        best_column(metric), f"{best_column(metric)}_epoch",
        "min_mean_train_loss", "min_mean_train_loss_epoch",
        *(f"diff_vs_{other}{end}" for other in ("ticket", "full")
          for end in ("", "_ci_low", "_ci_high", "_p")),
    )


def summary_columns(metric):
    """All columns of a summary, for a `Metric`."""
    return (
        "variant", "round", "density", "trials", *measures(metric), "diverged", *_AGAINST_FULL)


def summarise(metrics, margin=MARGIN, metric=ACCURACY):
    """One row per variant and round, 'full' first, the others in the order of `metrics`.

    Args:
      metrics: what `read_csv` gives: a row per evaluation.
      margin: how much worse still counts as matching, in the metric's unit.
      metric: the `Metric` that networks are compared by.

    Returns:
      A DataFrame of `summary_columns`. Means are over trials, their intervals 95 % by Student's
      t. The early-stopping step is that of the minimum validation loss, the first of equals
      (Frankle and Carbin, 2019); `max_mean_test_accuracy` is the maximum over epochs of the
      mean over trials (De Alwis, Maniktala and Toole, 2021), so it is chosen on the test set;
      where lower is better it is `min_mean_test_…`, the minimum.
      `diff_vs_*` are of `test_accuracy_final`, paired by trial, with the ticket of the same
      round and with the full network; both are NaN for that network itself. A trial with an
      infinite loss has diverged (`MetricsRow` records NaN as infinite): it is counted in `trials`
      and `diverged`, and in no mean. A metric that was not evaluated is NaN.
      `speed_up_vs_full` is the mean over trials of the full network's early-stopping step divided
      by this network's. `matches_full` is the result of `matching` for `diff_vs_full`, None for the
      full network itself. `smallest_matching_density` is the smallest density of the row's variant
      at which `matches_full` is 'yes', NaN where it is 'yes' nowhere; at a larger density it need
      not be 'yes'.
    """
    metrics = metrics.reset_index(drop=True)
    groups = {
        key: _Group(frame, metric)
        for key, frame in metrics.groupby(["variant", "round"], sort=False)
    }
    full = next((group for (variant, _), group in groups.items() if variant == "full"), None)
    rows = []
    for (variant, round), group in groups.items():
        row = {"variant": variant, "round": round, **group.statistics()}
        row |= _difference("ticket", group, groups.get(("ticket", round)))
        row |= _difference("full", group, full)
        row |= _speed_up(group, full)
        row["matches_full"] = matching(
            row["diff_vs_full"], row["diff_vs_full_ci_low"], row["diff_vs_full_ci_high"], margin,
            0 if full is None else len(in_common(group.final, full.final)), metric.sign)
        row["margin"] = margin
        rows.append(row)
    for row in rows:
        row["smallest_matching_density"] = min(
            (each["density"] for each in rows
             if each["variant"] == row["variant"] and each["matches_full"] == "yes"),
            default=math.nan,
        )
    rows.sort(key=lambda row: row["variant"] != "full")
    return pd.DataFrame(rows, columns=list(summary_columns(metric)))


def final_test_values(metrics, metric):
    """{(variant, round): {trial: value}} at each network's last evaluation of the test set.

    Trials that diverged are left out. A variant of which all trials diverged is left out.
    """
    finals = {
        key: _Group(frame, metric).final
        for key, frame in metrics.groupby(["variant", "round"], sort=False)
    }
    return {key: final for key, final in finals.items() if final}


def without_diverged(metrics):
    """The evaluations without those of trials that diverged, which are in no mean.

    Args:
      metrics: what `read_csv` gives.
    """
    infinite = np.isinf(metrics[_LOSSES]).any(axis=1)
    trials = [metrics[column] for column in ("variant", "round", "trial")]
    return metrics[~infinite.groupby(trials).transform("any")]


def trial_values(metrics, metric):
    """What the means of `summarise` are over: a row for each network and trial.

    Returns:
      A DataFrame with the columns variant, round, density, trial, early_stop_step and
      `final_column(metric)`. Trials that diverged are left out.
    """
    rows = []
    for (variant, round), frame in metrics.groupby(["variant", "round"], sort=False):
        group = _Group(frame, metric)
        rows += [
            (variant, round, group.trials[trial]["density"].iloc[0], trial,
             group.stops[trial][0], value) for trial, value in group.final.items()]
    return pd.DataFrame(rows, columns=[
        "variant", "round", "density", "trial", "early_stop_step", final_column(metric)])


def write_summary(frame, path):
    """Writes a summary as CSV, NaN as an empty field; equal summaries are equal bytes."""
    files.write_text(path, frame.to_csv(index=False, lineterminator="\n"))


class _Group:
    """The trials of one variant at one round."""

    def __init__(self, frame, metric):
        self.frame, self.metric, tested = frame, metric, f"test_{metric.name}"
        by_step = frame.sort_values("step", kind="stable")
        by_trial = dict(iter(by_step.groupby("trial")))
        self.trials = {trial: rows for trial, rows in by_trial.items() if not _diverged(rows)}
        self.diverged = len(by_trial) - len(self.trials)
        self.final = {t: _last(rows[tested]) for t, rows in self.trials.items()}
        self.stops = {t: _early_stop(rows, tested) for t, rows in self.trials.items()}

    def statistics(self):
        stops = self.stops.values()
        over_trials = {
            "early_stop_step": [step for step, _ in stops],
            stop_column(self.metric): [value for _, value in stops],
            final_column(self.metric): list(self.final.values()),
            "train_loss_final": [_last(rows["train_loss"]) for rows in self.trials.values()],
        }
        row = {
            "density": mean_interval(self.frame.groupby("trial")["density"].first())[0],
            "trials": len(self.trials) + self.diverged,
            "diverged": self.diverged,
        }
        for name, values in over_trials.items():
            ends = (f"{name}_mean", f"{name}_ci_low", f"{name}_ci_high")
            row |= dict(zip(ends, mean_interval(values)))
        for name, column, best in (
            (best_column(self.metric), f"test_{self.metric.name}", f"idx{self.metric.best}"),
            ("min_mean_train_loss", "train_loss", "idxmin"),
        ):
            row[name], row[f"{name}_epoch"] = self._best_mean(column, best)
        return row

    def _best_mean(self, column, best):
        rows = pd.concat(self.trials.values()).dropna(subset=column) if self.trials else ()
        if not len(rows):
            return math.nan, math.nan
        by_step = rows.groupby("step").agg(
            mean=(column, "mean"), count=(column, "size"), epoch=("epoch", "first")
        )
        # Steps at which a trial is missing do not count: a mean over fewer trials can be the best
        # by chance.
        by_step = by_step[by_step["count"] == len(self.trials)]
        if by_step.empty:
            return math.nan, math.nan
        row = by_step.loc[getattr(by_step["mean"], best)()]
        return row["mean"], row["epoch"]


def _difference(other, ours, theirs):
    if theirs is None or theirs is ours:
        values = [math.nan] * 4
    else:
        values = paired_difference(ours.final, theirs.final)
    return dict(zip((f"diff_vs_{other}{end}" for end in ("", "_ci_low", "_ci_high", "_p")), values))


def _speed_up(ours, full):
    ratios = []
    if full is not None and full is not ours:
        ratios = [
            full.stops[trial][0] / step
            for trial, (step, _) in ours.stops.items() if trial in full.stops and step > 0
        ]
    return dict(zip(_AGAINST_FULL, mean_interval(ratios)))


def _diverged(rows):
    return bool(np.isinf(rows[_LOSSES].to_numpy()).any())


def _early_stop(rows, tested):
    if rows["val_loss"].isna().all():
        return math.nan, math.nan
    row = rows.loc[rows["val_loss"].idxmin()]
    return row["step"], row[tested]


def _last(column):
    evaluated = column.dropna()
    return evaluated.iloc[-1] if len(evaluated) else math.nan
