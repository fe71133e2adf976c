"""Rules that read a ticket from a file, so that it can be trained on another data set.

Morcos, Yu, Paganini, Tian, "One ticket to win them all", arXiv 1906.02773.
"""

import dataclasses

import gin

from lth_keras.errors import ConfigurationError
from lth_keras.experiment.job_context import Arrays, JobContext
from lth_keras.experiment.mask_rules import MaskRule
from lth_keras.experiment.weight_rules import WeightRule
from lth_keras.export import load_ticket
from lth_keras.export.ticket import ticket_digest, ticket_folder
from lth_keras.program import program
from lth_keras.rewinding import RewindPoint
from lth_keras.variables import named_variables


@dataclasses.dataclass(frozen=True)
class _FromFile:
    """The base class of both rules.

    Attributes:
      path: the ticket's folder, or the export around it (`run.py export --format=ticket`).
    """

    path: str

    def __post_init__(self):
        if not isinstance(self.path, str) or not self.path:
            raise ConfigurationError(
                f"{type(self).__name__}.path is {self.path!r}; expected a ticket's folder, as "
                f"{program()} export RUN --format=ticket --to=DIR writes it"
            )
        ticket_folder(self.path)

    def get_config(self):
        """The part of a run's identity: the ticket's content, and not its path."""
        return {"ticket": ticket_digest(self.path)}

    def check(self, job: JobContext) -> None:
        """Checks that the ticket fits the experiment's network.

        Raises:
          ConfigurationError: a layer does not match, or a prunable layer has no mask.
        """
        variables = named_variables(job.context.build(**job.arguments))
        ticket = load_ticket(self.path)
        ticket.check_fits({key: tuple(variable.shape) for key, variable in variables.items()})
        prunable = {weight.key for weight in job.context.prunable}
        if set(ticket.masks) != prunable:
            differ = sorted(set(ticket.masks) ^ prunable)
            raise ConfigurationError(
                f"the ticket in {self.path} has masks of {sorted(ticket.masks)}; the experiment "
                f"prunes others: {', '.join(differ)}; see Experiment.never_prune"
            )


@gin.configurable
@dataclasses.dataclass(frozen=True)
class TicketMask(_FromFile, MaskRule):
    """The mask of a stored ticket."""

    description = "the mask of a stored ticket"

    def masks(self, job: JobContext) -> Arrays:
        """The ticket's masks."""
        return load_ticket(self.path).masks


@gin.configurable
@dataclasses.dataclass(frozen=True)
class TicketWeights(_FromFile, WeightRule):
    """The rewind point of a stored ticket, at step 0: its optimizer's state was for other data."""

    description = "the weights of a stored ticket"

    def point(self, job: JobContext, masks: Arrays) -> RewindPoint:
        """The ticket's weights."""
        return RewindPoint(load_ticket(self.path).weights)
