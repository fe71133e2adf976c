"""What wants to be told of a run as it goes: TensorBoard is one such sink."""

from typing import Any


class Sink:
    """Does nothing; a sink overrides what it cares about. A new sink touches nothing else.

    `job` has `trial`, `name` (its folder), `round` and `label` (its variant, or 'imp').
    """

    def run_started(self) -> None:
        """The run begins or goes on; its run.json is written. Asked of one process's sinks only,
        where the jobs are trained in several."""

    def job_started(self, job: Any) -> None:
        """The unit's training begins; one that is stored already is not announced."""

    def evaluated(self, job: Any, evaluation: Any) -> None:
        """An evaluation: `step`, and losses and accuracies of train, val and test."""

    def job_finished(self, job: Any, facts: dict) -> None:
        """The job is stored; `facts` are what its done.json holds."""

    def run_finished(self, summary: Any) -> None:
        """All jobs are done; `summary` is the summary table."""
