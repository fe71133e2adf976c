"""Architectures: the network that a variant trains, as arguments of the model's function."""

import dataclasses

import gin


@gin.configurable
@dataclasses.dataclass(frozen=True)
class SameArchitecture:
    """The experiment's own network."""

    def arguments(self, place):
        """No arguments."""
        del place
        return {}


@gin.configurable
@dataclasses.dataclass(frozen=True)
class MatchedWidth:
    """A narrower DENSE network with as many prunable weights as the ticket has.

    The closest width multiple; the count that it really gives is stored and reported.
    """

    def arguments(self, place):
        """{'width': multiple}."""
        return {"width": place.matched_width()}
