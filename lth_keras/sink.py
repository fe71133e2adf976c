"""What wants to be told of a run as it goes: TensorBoard is one such sink."""


class Sink:
    """Does nothing; a sink overrides what it cares about. A new sink touches nothing else.

    `job` has `trial`, `name` (its folder), `round` and `label` (its variant, or 'imp').
    """

    def run_started(self):
        """The run begins or goes on; its run.json is written. Asked of one process's sinks only,
        where the jobs are trained in several."""

    def job_started(self, job):
        """The unit's training begins; one that is stored already is not announced."""

    def evaluated(self, job, evaluation):
        """An evaluation: `step`, and losses and accuracies of train, val and test."""

    def job_finished(self, job, facts):
        """The job is stored; `facts` are what its done.json holds."""

    def run_finished(self, summary):
        """All jobs are done; `summary` is the summary table."""
