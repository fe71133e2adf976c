"""Durations with a unit: a number of epochs ('100ep') or of iterations ('50000it')."""

import dataclasses
import re

from lth_keras.errors import ConfigurationError

_FORM = re.compile(r"(\d+)(ep|it)")


@dataclasses.dataclass(frozen=True)
class Duration:
    """A stretch of training: `value` epochs (unit 'ep') or optimizer updates (unit 'it')."""

    value: int
    unit: str

    @classmethod
    def parse(cls, text: "str | Duration", name: str = "a duration") -> "Duration":
        """Reads '100ep' or '50000it'; a `Duration` is returned as it is.

        Args:
          text: the duration; a bare number is refused, because its unit would be a guess.
          name: what is being read, for the error.

        Raises:
          ConfigurationError: `text` has another form.
        """
        if isinstance(text, cls):
            return text
        match = _FORM.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise ConfigurationError(
                f"{name} is {text!r}; expected epochs like '100ep' or iterations like '50000it'"
            )
        return cls(int(match[1]), match[2])

    def steps(self, steps_per_epoch: int) -> int:
        """The number of optimizer updates, if an epoch has `steps_per_epoch` of them."""
        return self.value * steps_per_epoch if self.unit == "ep" else self.value

    def __str__(self):
        return f"{self.value}{self.unit}"


def seconds_in_words(seconds: float) -> str:
    """'75 s', '12 min', '3.4 h'."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
