"""The densities of a network of another run."""

import dataclasses
import math

import gin

from lth_keras.errors import ConfigurationError, RunError
from lth_keras.layer_densities.base_layer_densities import LayerDensities, Shapes, Ticket
from lth_keras.paths import RunPaths
from lth_keras.store import network_folder


@gin.configurable
@dataclasses.dataclass(frozen=True)
class FromStoredRun(LayerDensities):
    """Layers share the weights in the ratio of a stored network of the same layers.

    The name of a run that uses it holds the numbers that are read here, and not the place: the
    other run may be moved, and another network there makes another run.

    Attributes:
      run: the run's folder.
      network: the network's folder in its trial, such as 'ticket@06' or 'snip@03'.
      trial: from 1.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    run: str
    network: str
    trial: int = 1

    def __post_init__(self):
        for name in ("run", "network"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value:
                raise ConfigurationError(
                    f"FromStoredRun.{name} is {value!r}; expected the name of a folder")
        if isinstance(self.trial, bool) or not isinstance(self.trial, int) or self.trial < 1:
            raise ConfigurationError(
                f"FromStoredRun.trial is {self.trial!r}; expected a whole number, at least 1")

    def get_config(self) -> dict:
        """The part of a run's identity: how many weights of each kernel the network keeps.

        Raises:
          ConfigurationError: the network cannot be read.
        """
        return {"kept_weights": self._facts()["kept_weights"]}

    def check(self, shapes: Shapes) -> None:
        """Checks that the network is there and has these kernels."""
        self._stored(shapes)

    def shares(self, shapes: Shapes, ticket: Ticket) -> dict[str, float]:
        """The stored network's densities, times the layers' sizes."""
        counts = self._stored(shapes)
        return {key: float(counts[key]) for key in shapes}

    def _facts(self):
        try:
            return network_folder.facts(RunPaths(self.run).network(self.trial, self.network))
        except RunError as error:
            raise ConfigurationError(
                f"FromStoredRun takes {self.network} of trial {self.trial} of {self.run}, which "
                f"cannot be read: {error}"
            ) from error

    def _stored(self, shapes):
        facts = self._facts()
        counts = facts["kept_weights"]
        missing = [key for key in shapes if key not in counts]
        sizes = sum(math.prod(shape) for shape in shapes.values())
        if missing or (len(counts) == len(shapes) and sizes != facts["prunable_weights"]):
            raise ConfigurationError(
                f"FromStoredRun takes {self.network} of {self.run}, a network of other layers ("
                f"{', '.join(counts)}); expected one of {', '.join(shapes)}"
            )
        return counts
