"""The base class of all that records a run while it goes on, such as TensorBoard's event files."""

from typing import Any, Protocol


class FollowedJob(Protocol):
    """The attributes of a job that a sink may read. A job is the training of one network.

    Attributes:
      trial: counted from 1.
      name: the network's folder, such as 'ticket@06'.
      round: the round of IMP whose mask the network has; 0 where it has none.
      label: the variant's name, or 'imp'.
    """

    trial: int
    name: str
    round: int
    label: str


class Sink:
    """Is told what happens in a run. This base class does nothing with it.

    To add a sink, write a subclass that overrides the methods it needs, and give it to the run.
    """

    def run_started(self) -> None:
        """The run begins or goes on; its run.json is written already.

        Where several processes train the jobs, only one of them tells its sinks.
        """

    def job_started(self, job: FollowedJob) -> None:
        """The training of a network begins; not called for networks that are stored already."""

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
