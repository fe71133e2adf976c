"""A job: one network of one trial to train, and the jobs that must be done before it."""

import dataclasses
from collections.abc import Callable
from typing import Any

from lth_keras.errors import ConfigurationError


@dataclasses.dataclass(frozen=True)
class Job:
    """One network of one trial; jobs and their needs form a graph.

    Attributes:
      trial: from 1.
      name: its folder: 'round_06', 'ticket@06', 'full'.
      round: the round whose mask it uses; 0 for the dense network.
      procedure: the function of `imp.py` that makes and trains the network.
      variant: its `Variant`, or None for a round of IMP.
      needs: names of the trial's jobs that must be done before.
      reads: those among them whose trained weights it reads.
      keeps_optimizer: whether another job continues this training, so that its optimizer is stored.
    """

    trial: int
    name: str
    round: int
    procedure: Callable
    variant: Any = None
    needs: tuple = ()
    reads: tuple = ()
    keeps_optimizer: bool = False

    @property
    def label(self) -> str:
        """The variant's name, or 'imp', as in its rows of metrics.csv."""
        return self.variant.name if self.variant else "imp"


def in_order(jobs: list[Job]) -> list[Job]:
    """The jobs of a trial in their order, each moved up before the first job that needs it.

    Raises:
      ConfigurationError: a job that is needed is not among them, or jobs need each other.
    """
    gone_on_from = {
        name for job in jobs if job.variant and job.variant.weights.goes_on
        for name in job.variant.weights.needs(job.label, job.round)
    }
    by_name = {
        job.name: dataclasses.replace(job, keeps_optimizer=(
            job.keeps_optimizer or job.name in gone_on_from))
        for job in jobs
    }
    ordered: dict[str, Job] = {}
    for job in by_name.values():
        _append(job, by_name, ordered, ())
    return list(ordered.values())


def _append(job, by_name, ordered, waiting):
    """Appends `job` to `ordered`, after the jobs that it needs; `waiting` are the jobs that need
    it."""
    if job.name in ordered:
        return
    if job.name in waiting:
        raise ConfigurationError(
            f"the variants need each other in a circle: {' needs '.join(waiting)} needs "
            f"{job.name}; correct TrainedWeights.of"
        )
    for need in job.needs:
        if need not in by_name:
            raise ConfigurationError(
                f"the variant {job.label!r} needs {need!r}, which the experiment does not "
                "train; add that variant to Experiment.variants, with this round among its "
                "Variant.rounds"
            )
        _append(by_name[need], by_name, ordered, (*waiting, job.name))
    ordered[job.name] = job
