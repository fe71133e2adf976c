"""Iterative magnitude pruning with rewinding, and the variants: the whole algorithm.

`trial_jobs` lists the networks of a trial in the algorithm's order. Each network is a `Job`, and
the job's procedure, one of the three functions below it, says how the network is made. A procedure
reads other networks from the store only. So any process can do a job once the jobs that it needs
are stored: `execute` does one job after the other, `lth_keras.cluster` several side by side.

Frankle & Carbin, "The Lottery Ticket Hypothesis" (ICLR 2019); rewinding to θ_k: Frankle,
Dziugaite, Roy, Carbin, "Linear Mode Connectivity and the Lottery Ticket Hypothesis" (ICML 2020).
"""

from collections.abc import Callable
from typing import Any

from lth_keras.experiment import carried_over
from lth_keras.experiment.early_bird import mask_watch
from lth_keras.experiment.job_context import JobContext
from lth_keras.experiment.job_results import TrainedNetwork
from lth_keras.experiment.jobs import Job, in_order
from lth_keras.masks import kept
from lth_keras.paths import round_name
from lth_keras.rewinding import RewindPoint


def trial_jobs(experiment: Any, trial: int) -> list[Job]:
    """The jobs of one trial, each after those it needs.

    Raises:
      ConfigurationError: a variant needs a network that the experiment does not train.
    """
    rounds, keeps = experiment.imp.schedule.rounds, experiment.imp.keep_optimizer
    jobs = [Job(trial, round_name(0), 0, train_dense, keeps_optimizer=keeps and rounds > 0)]
    for round in range(1, rounds + 1):
        before = (round_name(round - 1),)
        jobs.append(Job(trial, round_name(round), round, prune_rewind_train, None, before, before,
                        keeps_optimizer=keeps and round < rounds))
    for variant in experiment.variants:
        for round, name in variant.networks(rounds):
            reads = variant.needs(round)
            needs = tuple(dict.fromkeys((round_name(round), *reads)))
            jobs.append(Job(trial, name, round, train_variant, variant, needs, reads))
    return in_order(jobs)


def train_dense(job: JobContext, train: Callable) -> TrainedNetwork:
    """Round 0: draws θ_0, trains the dense network, and stores θ_0 and the rewind point θ_k."""
    weights = job.draw_initial()
    network = train(RewindPoint(weights), job.dense_masks(), capture_at=job.context.rewind_step,
                    watch=mask_watch(job))
    job.store_rewind_point(network.progress.captured)
    return network


def prune_rewind_train(job: JobContext, train: Callable) -> TrainedNetwork:
    """Each later round: prunes the network of the round before, rewinds to θ_k, trains."""
    before = round_name(job.round - 1)
    masks = job.prune(job.weights_of(before), job.masks_of(before))
    return train(carried_over.round_start(job), masks)


def train_variant(job: JobContext, train: Callable) -> TrainedNetwork:
    """A variant: its mask rule, its weight rule, then training; an update rule moves its masks."""
    masks = job.variant.mask.checked(job)
    rule = job.variant.updates
    first = masks if rule is None else rule.first(masks)
    start = job.variant.weights.point(job, first)
    updates = None if rule is None else job.mask_updates(rule, kept(masks), start.step)
    return train(start, first, updates=updates)


def all_jobs(experiment: Any) -> list[Job]:
    """The jobs of all trials, each after those it needs."""
    return [job for trial in range(1, experiment.trials + 1)
            for job in trial_jobs(experiment, trial)]
