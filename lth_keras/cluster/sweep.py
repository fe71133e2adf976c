"""A sweep: values of any bindings, one run for each combination."""

import dataclasses
import itertools
import re

import gin

from lth_keras.errors import ConfigurationError
from lth_keras.paths import safe_name

_BINDING = re.compile(r"[\w./]+\.\w+|\w+")
# A folder's name may have 255 bytes; the experiment's name and the identity go beside it.
_LONGEST_LABEL = 120


@dataclasses.dataclass(frozen=True)
class SweepPoint:
    """One run of a sweep.

    Attributes:
      values: {binding: value}.
      bindings: the same, as lines that gin reads.
      label: added to the run's name, so that each run has its own folder.
    """

    values: dict
    bindings: tuple
    label: str


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Sweep:
    """The axes of a sweep; without axes there is one run.

    Attributes:
      axes: {binding: [value, …]}, like {'Adam.learning_rate': [1e-3, 2e-3],
        'Experiment.seed': [0, 1]}. A value may be a string like '@SGD()' or '%MACRO', which gin
        resolves.
    """

    axes: dict = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        if not isinstance(self.axes, dict):
            raise ConfigurationError(
                f"Sweep.axes is {self.axes!r}; expected bindings and lists of values, like "
                "{'Experiment.seed': [0, 1]}"
            )
        for name, values in self.axes.items():
            if not isinstance(name, str) or not _BINDING.fullmatch(name):
                raise ConfigurationError(
                    f"Sweep.axes has {name!r}; expected what a binding begins with, like "
                    "'Adam.learning_rate'"
                )
            if name.startswith(("Sweep.", "Resources.")) or name == "Experiment.name":
                raise ConfigurationError(
                    f"Sweep.axes has {name!r}, which makes no other run; leave it out"
                )
            if not isinstance(values, (list, tuple)) or not values:
                raise ConfigurationError(
                    f"Sweep.axes has {values!r} for {name!r}; expected a list of values"
                )

    def points(self):
        """[`SweepPoint`] of all combinations, the last axis' values changing fastest."""
        if not self.axes:
            return [SweepPoint({}, (), "")]
        points = []
        for chosen in itertools.product(*self.axes.values()):
            values = dict(zip(self.axes, chosen, strict=True))
            bindings = [f"{name} = {_literal(value)}" for name, value in values.items()]
            label = "_".join(
                f"{safe_name(name.rsplit('.', 1)[-1])}_{safe_name(value)}"
                for name, value in values.items())
            # The configuration that is stored with a run, read again, gives this run and no sweep.
            points.append(
                SweepPoint(values, (*bindings, "Sweep.axes = {}"), label[:_LONGEST_LABEL]))
        return points


def _literal(value):
    return value if isinstance(value, str) and value[:1] in ("@", "%") else repr(value)
