"""What wants to be told of a run as it goes: TensorBoard is one such sink."""


class Sink:
    """Does nothing; a sink overrides what it cares about. A new sink touches nothing else.

    `unit` has `trial`, `name` (its folder), `round` and `label` (its variant, or 'imp').
    """

    def run_started(self):
        """The run begins or goes on; its run.json is written. Asked of one process's sinks only,
        where the units are trained in several."""

    def unit_started(self, unit):
        """The unit's training begins; one that is stored already is not announced."""

    def evaluated(self, unit, evaluation):
        """An evaluation: `step`, and losses and accuracies of train, val and test."""

    def unit_finished(self, unit, facts):
        """The unit is stored; `facts` are what its done.json holds."""

    def run_finished(self, summary):
        """All units are done; `summary` is the summary table."""
