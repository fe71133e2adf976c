"""Finds out from the evaluations whether training was long enough for a judgement."""

import dataclasses
import math

import pandas as pd

from lth_keras.paths import network_label
from lth_keras.statistics.summary import without_diverged

# With fewer updates in a round, networks are stopped while they still learn.
FEW_UPDATES = 200
_MOST_NAMED = 10  # Networks in a sentence.


@dataclasses.dataclass(frozen=True)
class UnreachedStop:
    """How often the lowest validation loss was the last: early stopping was not reached.

    Attributes:
      variant, round: the network.
      trials: those with a validation loss.
      still_falling: how many of them ended at their lowest validation loss.
      last_step: the step at which training ended, the largest of them.
    """

    variant: str
    round: int
    trials: int
    still_falling: int
    last_step: int


def unreached_stops(metrics):
    """An `UnreachedStop` for each network with a validation loss, in the metrics' order.

    Trials that diverged are left out: their training ended for another reason.

    Args:
      metrics: what `read_csv` gives.
    """
    metrics = without_diverged(metrics)
    rows = metrics[metrics["val_loss"].map(math.isfinite).astype(bool)]
    counts = {}
    for (variant, round, _), evaluations in rows.groupby(["variant", "round", "trial"], sort=False):
        lowest = evaluations.loc[evaluations["val_loss"].idxmin(), "step"]
        last = evaluations["step"].max()
        counts.setdefault((variant, round), []).append((len(evaluations) > 1 and lowest == last,
                                                        int(last)))
    return [
        UnreachedStop(variant, round, len(trials), sum(falling for falling, _ in trials),
                      max(last for _, last in trials))
        for (variant, round), trials in counts.items()
    ]


def within_training(summary: pd.DataFrame, metrics: pd.DataFrame) -> pd.DataFrame:
    """The summary with the intervals of early stopping cut off at step 0 and where training ended.

    Student's t does not know where training ends, nor that no speed-up is below 0. summary.csv
    keeps its intervals unchanged; the report and the terminal show these.

    Args:
      summary: what `summarise` gives.
      metrics: what it was made from.
    """
    ends = metrics.groupby(["variant", "round"])["step"].max()
    last = [ends.get(key, math.inf)
            for key in zip(summary["variant"], summary["round"], strict=True)]
    cut = summary.copy()
    for end in ("low", "high"):
        column = f"early_stop_step_ci_{end}"
        cut[column] = cut[column].clip(lower=0).clip(upper=pd.Series(last, cut.index))
        cut[f"speed_up_vs_full_ci_{end}"] = cut[f"speed_up_vs_full_ci_{end}"].clip(lower=0)
    return cut


def too_short(metrics: pd.DataFrame, updates_a_round: int) -> list[str]:
    """Reasons why training was too short, a sentence each; [] if there is none.

    Args:
      metrics: what `read_csv` gives.
      updates_a_round: the updates of one round of pruning.
    """
    reasons = []
    stops = [stop for stop in unreached_stops(metrics) if stop.variant != "imp"]
    falling = [stop for stop in stops if 2 * stop.still_falling > stop.trials]
    if stops and 2 * len(falling) > len(stops):
        reasons.append(
            f"in {len(falling)} of {len(stops)} networks the validation loss was still falling "
            f"when training ended ({_named(falling)})")
    if updates_a_round < FEW_UPDATES:
        reasons.append(f"a round of pruning had {updates_a_round} updates, under {FEW_UPDATES}")
    return reasons


def _named(stops):
    """'full, ticket@06 and 3 more'."""
    names = [network_label(stop.variant, stop.round) for stop in stops]
    if len(names) <= _MOST_NAMED:
        return ", ".join(names)
    return f"{', '.join(names[:_MOST_NAMED])} and {len(names) - _MOST_NAMED} more"
