"""Architectures: each gives the arguments of the model's function for a variant's network."""

import dataclasses

import gin

from lth_keras.experiment.job_context import JobContext


class Architecture:
    """The base class: the experiment's own network.

    Subclasses are frozen dataclasses with `@gin.configurable`. A class without this base class is
    refused.

    Attributes:
      description: its name in a report; None for the experiment's own network.
    """

    description: str | None = None

    def arguments(self, job: JobContext) -> dict:
        """The arguments for `Experiment.model`, beside the data's shape."""
        return {}


@gin.configurable
@dataclasses.dataclass(frozen=True)
class SameArchitecture(Architecture):
    """The experiment's own network."""


@gin.configurable
@dataclasses.dataclass(frozen=True)
class MatchedWidth(Architecture):
    """A narrower DENSE network with as many prunable weights as the ticket has.

    The closest width multiple is taken; the number of weights that it gives is stored and reported.
    """

    description = "a narrower dense network with as many weights"

    def arguments(self, job: JobContext) -> dict:
        """{'width': multiple}."""
        return {"width": job.matched_width()}
