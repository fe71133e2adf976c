"""Architectures: each gives the arguments of the model's function for a variant's network."""

import dataclasses

import gin

from lth_keras.errors import ConfigurationError
from lth_keras.experiment.job_context import JobContext
from lth_keras.wording import made


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

    def check(self, job: JobContext) -> None:
        """Checks, before anything is trained, that the model's function takes the arguments.

        Raises:
          ConfigurationError: it does not.
        """
        if job.arguments:
            job.context.build(**job.arguments)


@gin.configurable
@dataclasses.dataclass(frozen=True)
class SameArchitecture(Architecture):
    """The experiment's own network."""


@gin.configurable
@dataclasses.dataclass(frozen=True)
class MatchedWidth(Architecture):
    """A narrower DENSE network with as many prunable weights as the ticket has.

    The closest width multiple is taken; the number of weights that it gives is stored and reported.
    Where the schedule does not say how many weights the ticket has, they are counted in the masks
    that IMP found in the trial: in the scope 'global' with groups of different sizes. The width
    may then differ from trial to trial, and the network costs the rounds that found the masks.
    """

    description = "a narrower dense network with as many weights"

    def arguments(self, job: JobContext) -> dict:
        """{'width': multiple}."""
        return {"width": job.matched_width()}

    def check(self, job: JobContext) -> None:
        """Checks that the model's function takes widths.

        Raises:
          ConfigurationError: it does not; or several workers train, which have to know the width
            before training, and it depends on masks that are found in training.
        """
        context = job.context
        if context.foretells_weights:
            super().check(job)
            return
        if context.replicas.workers > 1:
            schedule = context.schedule
            raise ConfigurationError(
                f"Variant.architecture of {job.label!r} is {made('MatchedWidth')}, and with "
                f"RewindingSchedule.scope {schedule.scope!r} and granularity "
                f"{schedule.granularity!r} its width depends on the masks that a trial finds, "
                f"while {context.replicas.workers} workers have to know it before; expected scope "
                "'layerwise', one worker, or no such variant"
            )
        # Another width than that of the training, but of the same function: an estimate will do.
        context.build(width=context.matched_width(job.round))
