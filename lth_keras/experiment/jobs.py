"""The experiment as a graph of jobs: each trains one network and writes one folder."""

import dataclasses

from lth_keras.errors import ConfigurationError
from lth_keras.paths import round_name


@dataclasses.dataclass(frozen=True)
class Job:
    """One trained network of one trial.

    Attributes:
      trial: from 1.
      name: its folder: 'round_06', 'ticket@06', 'full'.
      round: the round whose mask it uses; 0 for the dense network.
      variant: its `Variant`, or None for a round of IMP.
      needs: names of the trial's jobs that must be done before.
      weights_of: those among them whose trained weights it reads.
      keeps_optimizer: whether another job goes on from where this one stops.
    """

    trial: int
    name: str
    round: int
    variant: object = None
    needs: tuple = ()
    weights_of: tuple = ()
    keeps_optimizer: bool = False

    @property
    def label(self):
        """What its rows in metrics.csv are called: the variant's name, or 'imp'."""
        return self.variant.name if self.variant else "imp"


def graph(experiment):
    """All jobs of an experiment, each after those it needs."""
    jobs = []
    for trial in range(1, experiment.trials + 1):
        jobs.extend(trial_jobs(experiment, trial))
    return jobs


def trial_jobs(experiment, trial):
    """The jobs of one trial: IMP's chain, then the variants, each after those it needs.

    Raises:
      ConfigurationError: a variant needs a network that the experiment does not train.
    """
    last = experiment.imp.schedule.rounds
    chain = [
        Job(trial, round_name(index), index, needs=before, weights_of=before)
        for index in range(last + 1)
        for before in [(round_name(index - 1),) if index else ()]
    ]
    variants = [
        Job(
            trial, name, index, variant, weights_of=variant.needs(index),
            needs=tuple(dict.fromkeys((round_name(index), *variant.needs(index)))),
        )
        for variant in experiment.variants
        for index, name in variant.jobs(last)
    ]
    carried = {
        name for job in variants if getattr(job.variant.weights, "goes_on", False)
        for name in job.variant.weights.needs(job.variant.name, job.round)
    }
    return _ordered([
        dataclasses.replace(job, keeps_optimizer=job.name in carried)
        for job in chain + variants
    ])


def _ordered(jobs):
    """The same jobs in their order, but each need before the first that needs it."""
    by_name, ordered = {job.name: job for job in jobs}, {}

    def place(job, below):
        if job.name in ordered:
            return
        if job.name in below:
            raise ConfigurationError(
                f"the variants need each other in a circle: {' needs '.join(below)} needs "
                f"{job.name}; correct TrainedWeights.of"
            )
        for need in job.needs:
            if need not in by_name:
                raise ConfigurationError(
                    f"the variant {job.label!r} needs {need!r}, which the experiment does not "
                    "train; add that variant to Experiment.variants, with this round among its "
                    "Variant.rounds"
                )
            place(by_name[need], (*below, job.name))
        ordered[job.name] = job

    for job in jobs:
        place(job, ())
    return list(ordered.values())
