"""`Metric`: the name and unit of what a task is judged by, and whether higher is better."""

import dataclasses
import math
import re

from lth_keras.errors import ConfigurationError

# 0.2 points, as in "Linear Mode Connectivity and the Lottery Ticket Hypothesis" (Frankle et al.
# 2020), who apply it to the mean.
MARGIN = 0.002
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclasses.dataclass(frozen=True)
class Metric:
    """One number of an evaluation, and how it is shown.

    Attributes:
      name: of its columns: 'accuracy' makes `test_accuracy`; small letters, digits and '_'.
      words: its name in tables and figures; None is the name with spaces.
      unit: of its values, such as 'mmHg'; '' for none. Shares have no unit and are shown in per
      cent.
      is_share: whether it lies between 0 and 1.
      higher_is_better: whether a higher value is better.
      margin: how much worse still counts as matching, in the metric's own unit.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    name: str
    words: str | None = None
    unit: str = ""
    is_share: bool = False
    higher_is_better: bool = True
    margin: float = MARGIN

    def __post_init__(self):
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name) \
                or self.name == "loss" or self.name.endswith("_loss"):
            raise ConfigurationError(
                f"Metric.name is {self.name!r}; expected small letters, digits and '_', such as "
                "'accuracy', and not 'loss', which has columns of its own"
            )
        if self.words is None:
            object.__setattr__(self, "words", self.name.replace("_", " "))
        check_margin(self.margin, self, "Metric.margin")

    @property
    def sign(self):
        """1 where higher is better, else −1; sign · difference is above 0 where the first is
        better."""
        return 1 if self.higher_is_better else -1

    @property
    def best(self):
        """'max' or 'min': the function that finds the best of several values."""
        return "max" if self.higher_is_better else "min"

    @property
    def scale(self):
        """The factor for showing a value: 100 for a share."""
        return 100 if self.is_share else 1

    @property
    def shown_unit(self):
        """' %', ' mmHg' or '': the text after a value."""
        return " %" if self.is_share else f" {self.unit}" if self.unit else ""

    @property
    def difference_unit(self):
        """' points', ' mmHg' or '': the text after a difference of two values."""
        return " points" if self.is_share else self.shown_unit

    @property
    def label(self):
        """'accuracy (%)': for an axis or a column."""
        unit = "%" if self.is_share else self.unit
        return f"{self.words} ({unit})" if unit else self.words

    @property
    def short(self):
        """A name for a narrow column: 'acc. %', 'mae'."""
        name = "acc." if self.name == ACCURACY.name else self.name
        return f"{name} %" if self.is_share else name

    @property
    def digits(self):
        """Decimals of a share in per cent; None for others, which have three or four digits."""
        return 2 if self.is_share else None

    @property
    def worst(self):
        """'lowest' or 'highest': the word for the worst of several."""
        return "lowest" if self.higher_is_better else "highest"

    def text(self, value, sign=""):
        """A value for showing, without its unit: '97.31', '43.2'; '-' for None."""
        if value is None or math.isnan(value):
            return "-"
        return f"{self.scale * value:{sign}.2f}" if self.is_share else f"{value:{sign}.4g}"

    def margin_text(self, margin):
        """A margin with its unit: '0.2 points'."""
        return f"{self.scale * margin:g}{self.difference_unit}" if self.is_share else (
            f"{margin:.3g}{self.difference_unit}")

    def better_than(self, margin):
        """The condition of being no worse than a margin, in words: 'above −0.2 points'."""
        side, sign = ("above", "−") if self.higher_is_better else ("below", "+")
        return f"{side} {sign}{self.margin_text(margin)}"

    def error(self, value):
        """A value for which lower is better: 1 − a share, the value itself, or its negative."""
        if not self.higher_is_better:
            return value
        return 1 - value if self.is_share else -value

    @property
    def error_words(self):
        """The name of `error`: 'error' for 1 − accuracy."""
        if not self.higher_is_better:
            return self.words
        if self.name == ACCURACY.name:
            return "error"
        return f"1 − {self.words}" if self.is_share else f"−{self.words}"


def capitalised(words):
    """The words with a capital first letter, the others as they are."""
    return words[:1].upper() + words[1:]


def check_margin(margin, metric, name):
    """Checks how much worse still counts as matching.

    Raises:
      ConfigurationError: it is not a number of at least 0, or above 1 where the metric is a share.
    """
    is_number = isinstance(margin, (int, float)) and not isinstance(margin, bool)
    most = 1 if metric.is_share else math.inf
    if is_number and 0 <= margin < most:
        return
    if metric.is_share:
        expected = f"a share from 0 to 1: 0.002 is 0.2 points of {metric.words}"
    else:
        expected = f"a number of at least 0, in the unit of {metric.label}"
    raise ConfigurationError(f"{name} is {margin!r}; expected {expected}")


def metrics_of(header):
    """The `Metric`s of a run, from its run.json; networks are compared by the first."""
    return tuple(Metric(**each) for each in header["metrics"])


def value_columns(metrics):
    """Columns of metrics.csv for the loss and `metrics` of each split, in their order."""
    return tuple(
        f"{split}_{name}" for split in ("train", "val", "test")
        for name in ("loss", *(metric.name for metric in metrics)))


ACCURACY = Metric("accuracy", is_share=True)
