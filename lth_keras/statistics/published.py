"""`PublishedFigure`: a number from a paper, and the comparison of ours with it."""

import dataclasses
import math

import gin

from lth_keras.errors import ConfigurationError
from lth_keras.statistics.summary import measures


@gin.configurable
@dataclasses.dataclass(frozen=True, kw_only=True)
class PublishedFigure:
    """A number from a paper, and how near to it a reproduction should come.

    Exactly one of `tolerance` and `tolerance_ratio` is given.

    Attributes:
      variant, round: the row of the summary that it is compared with.
      metric: that row's column, such as 'max_mean_test_accuracy'.
      value: in the form of the summary: shares from 0 to 1, not percent.
      source: where it is printed, for the reader.
      tolerance: the largest absolute difference, in the metric's unit.
      tolerance_ratio: for losses: 3.0 accepts value/3 to value·3.

    Raises:
      ConfigurationError: a field is not of that form.
    """

    variant: str
    round: int
    metric: str
    value: float
    source: str
    tolerance: float | None = None
    tolerance_ratio: float | None = None

    def __post_init__(self):
        name = f"the published figure of {self.variant} at round {self.round}"
        given = [t for t in (self.tolerance, self.tolerance_ratio) if t is not None]
        if len(given) != 1:
            raise ConfigurationError(
                f"{name} has tolerance {self.tolerance} and tolerance_ratio "
                f"{self.tolerance_ratio}; expected exactly one of them"
            )
        if self.tolerance is not None and not self.tolerance >= 0:
            raise ConfigurationError(
                f"{name} has tolerance {self.tolerance}; expected 0 or more"
            )
        if self.tolerance_ratio is not None and not (self.tolerance_ratio >= 1 and self.value > 0):
            raise ConfigurationError(
                f"{name} has tolerance_ratio {self.tolerance_ratio} on {self.value}; expected a "
                "ratio from 1 on and a value above 0: give tolerance instead"
            )

    def check(self, metric):
        """Checks it against the `Metric` of the experiment's task.

        Raises:
          ConfigurationError: its metric is no column of the summary, or its value is no share.
        """
        name = f"the published figure of {self.variant} at round {self.round}"
        if self.metric not in measures(metric):
            raise ConfigurationError(
                f"{name} has metric {self.metric!r}; expected one of "
                f"{', '.join(measures(metric))}"
            )
        if is_share(self.metric, metric) and not 0 <= self.value <= 1:
            raise ConfigurationError(
                f"{name} has {self.metric} {self.value}; expected 0 to 1: divide percent by 100"
            )

    def bounds(self):
        """(lowest, highest) value that agrees."""
        if self.tolerance is not None:
            return self.value - self.tolerance, self.value + self.tolerance
        return self.value / self.tolerance_ratio, self.value * self.tolerance_ratio


@gin.configurable
def published_figures(rows: list[tuple]) -> tuple[PublishedFigure, ...]:
    """Published figures from the rows of a table.

    Args:
      rows: tuples (variant, round, metric, value, tolerance, source). The tolerance is a difference
        for accuracies and a ratio for all other metrics; see `PublishedFigure`.

    Raises:
      ConfigurationError: a row is not of that form.
    """
    figures = []
    for row in rows:
        if not isinstance(row, (tuple, list)) or len(row) != 6:
            raise ConfigurationError(
                f"published_figures.rows has {row!r}; expected (variant, round, metric, value, "
                "tolerance, source)"
            )
        variant, round, metric, value, tolerance, source = row
        is_of_test = "test_" in metric and not metric.endswith("_epoch")
        kind = "tolerance" if is_of_test else "tolerance_ratio"
        figures.append(PublishedFigure(
            variant=variant, round=round, metric=metric, value=value, source=source,
            **{kind: tolerance}))
    return tuple(figures)


@dataclasses.dataclass(frozen=True)
class Verdict:
    """A published figure and ours.

    Attributes:
      published: the `PublishedFigure`.
      ours: the summary's value; None if the summary has no such row, or no number in it.
      ci: (low, high) of ours, 95 %; None where the summary has no interval.
      within: whether ours is within the tolerance; None where `ours` is None.
    """

    published: PublishedFigure
    ours: float | None
    ci: tuple[float, float] | None
    within: bool | None


def compare(summary, published):
    """A `Verdict` for each of `published`, in their order, against the DataFrame `summary`."""
    rows = summary.set_index(["variant", "round"])
    return [_verdict(rows, figure) for figure in published]


def _verdict(rows, figure):
    key = (figure.variant, figure.round)
    if key not in rows.index or math.isnan(rows.at[key, figure.metric]):
        return Verdict(figure, None, None, None)
    ours = float(rows.at[key, figure.metric])
    stem = figure.metric.removesuffix("_mean")
    ci = None
    if f"{stem}_ci_low" in rows:
        ci = (float(rows.at[key, f"{stem}_ci_low"]), float(rows.at[key, f"{stem}_ci_high"]))
        ci = None if math.isnan(ci[0]) else ci
    low, high = figure.bounds()
    # A difference equal to the tolerance agrees, even if rounding makes it a little larger.
    slack = 1e-12 * max(abs(low), abs(high))
    return Verdict(figure, ours, ci, low - slack <= ours <= high + slack)


def is_share(column, metric):
    """Whether a column of the summary holds values of the `Metric`, and these are shares."""
    return metric.is_share and f"test_{metric.name}" in column and not column.endswith("_epoch")
