"""The base class of what follows a run as it goes, such as TensorBoard's event files."""

from typing import Any, Protocol


class FollowedJob(Protocol):
    """What a sink may read of a job, which is the training of one network.

    Attributes:
      trial: counted from 1.
      name: the network's folder, such as 'ticket@06'.
      round: of IMP, whose mask the network has; 0 where there is none.
      label: the variant's name, or 'imp'.
    """

    trial: int
    name: str
    round: int
    label: str


class Sink:
    """Is told what happens in a run, and does nothing with it.

    Write a subclass that overrides the methods it needs, and give it to the run: nothing else has
    to be changed.
    """

    def run_started(self) -> None:
        """The run begins or goes on; its run.json is written.

        Where several processes train the jobs, the sinks of only one of them are told.
        """

    def job_started(self, job: FollowedJob) -> None:
        """The training of a network begins; no one is told of a network that is stored already."""

    def evaluated(self, job: FollowedJob, evaluation: Any) -> None:
        """The network was evaluated.

        Args:
          job: the network.
          evaluation: an `Evaluation`: `step`, and losses and accuracies of train, val and test.
        """

    def job_finished(self, job: FollowedJob, facts: dict[str, Any]) -> None:
        """The network is stored; `facts` are what its done.json holds."""

    def run_finished(self, summary: Any) -> None:
        """All networks are trained; `summary` is the summary table, a DataFrame."""
