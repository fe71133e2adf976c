"""`Analysis`: the list of measures that a gin file asks for."""

import dataclasses
import difflib

import gin

from lth_keras.analysis.measure import Measure
from lth_keras.analysis.measures import (
    GradientFlow,
    LevelDistances,
    MaskOverlap,
    SolutionLosses,
    WeightDistributions,
)
from lth_keras.errors import ConfigurationError
from lth_keras.paths import safe_name
from lth_keras.wording import made


def _cheap():
    """The measures without a gin file: they take seconds for a network and train nothing again."""
    return (SolutionLosses(), LevelDistances(), MaskOverlap(), WeightDistributions(),
            GradientFlow())


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Analysis:
    """Measures to carry out on a stored run, in this order.

    Attributes:
      measures: `Measure`s; each is stored under its name, and no two have the same.
    """

    measures: tuple = dataclasses.field(default_factory=_cheap)

    def __post_init__(self):
        names = []
        for measure in self.measures:
            if not isinstance(measure, Measure):
                raise ConfigurationError(
                    f"Analysis.measures has {measure!r}; expected measures with brackets, like "
                    f"{made('Hessian')}"
                )
            if not isinstance(measure.name, str) or safe_name(measure.name) != measure.name:
                raise ConfigurationError(
                    f"{type(measure).__name__}.name is {measure.name!r}; expected letters, "
                    "digits, '_', '-' and '.'"
                )
            if measure.name in names:
                raise ConfigurationError(
                    f"Analysis.measures has two called {measure.name!r}; give each its own name"
                )
            names.append(measure.name)

    def only(self, names):
        """The measures of these names, in their order.

        Raises:
          ConfigurationError: there is none of a name.
        """
        known = {measure.name: measure for measure in self.measures}
        for name in names:
            if name not in known:
                close = difflib.get_close_matches(name, known, 1)
                meant = f"; did you mean {close[0]!r}?" if close else ""
                raise ConfigurationError(
                    f"--only={name}: there is no such measure{meant}; expected some of "
                    f"{', '.join(known)}"
                )
        return [measure for measure in self.measures if not names or measure.name in names]
